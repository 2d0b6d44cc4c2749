import { readConfiguration } from '../configuration.ts';
import { formatIssue } from '../kernel/issue.ts';
import { CommandError } from './output.ts';
import type { Surroundings } from './program.ts';
import { count } from './read.ts';

/** Says everything that is wrong with a configuration, and starts nothing. */
export async function check(
  { env, cwd, output }: Surroundings,
  { files, strict, format }: { readonly files: readonly string[]; readonly strict: boolean; readonly format: string },
): Promise<void> {
  if (format !== 'text' && format !== 'json') throw new CommandError(`--format is text or json, not ${format}.`);
  const { errors, warnings, notes } = await readConfiguration({ files, env, cwd, command: 'check', dev: false });
  const bad = errors.length > 0 || (strict && warnings.length > 0);
  if (format === 'json') {
    output.print(JSON.stringify({ ok: !bad, errors, warnings, notes }, null, 2));
  } else {
    for (const error of errors) output.print(`error: ${formatIssue(error)}`);
    for (const warning of warnings) output.print(`warning: ${formatIssue(warning)}`);
    for (const each of notes) output.print(`note: ${formatIssue(each)}`);
    const summary = `${count(errors.length, 'error')}, ${count(warnings.length, 'warning')}`;
    output.print(bad ? summary : `The configuration is good: ${summary}.`);
  }
  if (bad) throw new CommandError([]);
}
