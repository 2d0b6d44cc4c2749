import type { Command } from 'commander';
import { readConfiguration, type ReadConfiguration } from '../app/configuration.ts';
import { formatIssue } from '../kernel/issue.ts';
import { diffSubjects, writeDiff } from '../analysis/diff.ts';
import type { Finding } from '../analysis/finding.ts';
import { prove, type Proof } from '../analysis/check-configuration.ts';
import { proofJson, writeFinding, writeVerdict } from '../analysis/report.ts';
import { sarif } from '../analysis/sarif.ts';
import { subjectOf, type Subject } from '../analysis/subject.ts';
import { readVersion } from '../app/version.ts';
import { CommandError } from './output.ts';
import { configurationFiles, type CommandContext } from './command-context.ts';
import { count } from './load-configuration.ts';

interface CheckOptions {
  readonly config: readonly string[];
  /** As `serve --dev` judges. */
  readonly dev?: boolean;
  /** A part: secrets and the database stand elsewhere. */
  readonly fragment?: boolean;
  readonly strict?: boolean;
  readonly format: string;
  /** Says of every hook where it runs. */
  readonly hooks?: boolean;
  /** Compares two configurations by what they do instead. */
  readonly diff?: readonly string[];
}

export function defineCheck(command: Command, context: CommandContext): void {
  command
    .addOption(configurationFiles())
    .option('--dev', 'judge as `serve --dev` does: what only production asks is a warning')
    .option('--fragment', 'judge a part of a configuration: what the rest has to say is a note')
    .option('--strict', 'warnings count as errors')
    .option('--hooks', 'say of every hook where it runs, or why it never does')
    .option('--diff <files...>', 'compare two configurations, the old one and the new one, by what they do')
    .option('--format <format>', 'text, json or sarif', 'text')
    .addHelpText(
      'after',
      '\nWalks every machine of the configuration. Each finding has an id, its line, what to do, and the shortest way that\nshows it (docs/guide/check.md).\n\nExit status: 0 nothing wrong, 1 errors (with --strict also warnings; with --diff --strict guarantees that were lost).\n\nExample:\n  sallyport check -c sallyport.yaml --strict\n  sallyport check -c part.yaml --fragment\n  sallyport check --diff old.yaml new.yaml',
    )
    .action((options: CheckOptions) => check(context, options));
}

/** Says everything that is wrong with a configuration, proves what it allows, and starts nothing. */
async function check(context: CommandContext, options: CheckOptions): Promise<void> {
  const { format, diff, strict = false, config: files } = options;
  if (!['text', 'json', 'sarif'].includes(format))
    throw new CommandError(`--format is text, json or sarif, not ${format}.`);
  if (diff !== undefined) return compare(context, diff, options);
  // Without any configuration there is nothing that a server could be asked for.
  const fragment = options.fragment === true || files.length === 0;
  const read = await readFor(context, files, { ...options, fragment });
  const proof = proofOf(read);
  const bad = read.errors.length > 0 || fails(proof?.findings ?? [], strict);
  await REPORTS[format as keyof typeof REPORTS](context, options, read, proof, bad); // one of the three, see above
  if (bad) throw new CommandError([]);
}

type Report = (
  context: CommandContext,
  options: CheckOptions,
  read: ReadConfiguration,
  proof: Proof | undefined,
  bad: boolean,
) => Promise<void>;

const REPORTS: Readonly<Record<'text' | 'json' | 'sarif', Report>> = {
  async json({ output }, _options, { errors, warnings, notes }, proof, bad) {
    output.print(JSON.stringify({ ok: !bad, errors, warnings, notes, ...(proof && proofJson(proof)) }, null, 2));
  },

  async sarif({ output, cwd }, _options, { errors }, proof) {
    const broken = errors.map(({ path, place, found, allowed }): Finding => ({
      id: 'configuration',
      severity: 'error',
      at: { path, place },
      found,
      advice: allowed,
    }));
    const version = await readVersion();
    output.print(JSON.stringify(sarif([...broken, ...(proof?.findings ?? [])], version, cwd), null, 2));
  },

  async text({ output }, { hooks }, { errors, notes, warnings }, proof, bad) {
    for (const error of errors) output.print(`error: ${formatIssue(error)}`);
    if (proof === undefined) for (const warning of warnings) output.print(`warning: ${formatIssue(warning)}`);
    for (const finding of proof?.findings ?? []) output.print(writeFinding(finding).join('\n'));
    for (const each of notes) output.print(`note: ${formatIssue(each)}`);
    if (hooks) for (const verdict of proof?.hooks ?? []) output.print(writeVerdict(verdict));
    const of = (severity: Finding['severity']): number =>
      proof?.findings.filter((each) => each.severity === severity).length ?? 0;
    const wrong = errors.length + of('error');
    const odd = proof === undefined ? warnings.length : of('warning');
    const summary = `${count(wrong, 'error')}, ${count(odd, 'warning')}`;
    if (proof !== undefined) {
      const holding = proof.rules.filter(({ holds }) => holds).length;
      output.print(`Walked ${count(proof.states, 'state')}: ${holding} of ${proof.rules.length} rules hold.`);
    }
    output.print(bad ? summary : `The configuration is good: ${summary}.`);
  },
};

async function compare(context: CommandContext, files: readonly string[], options: CheckOptions): Promise<void> {
  const [older, newer] = files;
  if (older === undefined || newer === undefined || files.length > 2)
    throw new CommandError('--diff takes two configurations: the old one and the new one.');
  if (options.format === 'sarif') throw new CommandError('--diff prints text or json.');
  const [before, after] = [await subjectFrom(context, older, options), await subjectFrom(context, newer, options)];
  const diff = diffSubjects(before, after);
  context.output.print(options.format === 'json' ? JSON.stringify(diff, null, 2) : writeDiff(diff).join('\n'));
  if (options.strict && diff.lost.length > 0) throw new CommandError([]);
}

async function subjectFrom(context: CommandContext, file: string, options: CheckOptions): Promise<Subject> {
  // Two configurations side by side, of which neither is started.
  const read = await readFor(context, [file], { ...options, fragment: true });
  if (read.configuration === undefined) throw new CommandError(read.errors.map(formatIssue));
  return subjectOf(read.configuration, read.at, read.warnings);
}

/** Reads as `serve` would: one judge. */
const readFor = (
  { env, cwd }: CommandContext,
  files: readonly string[],
  { dev = false, fragment = false }: Pick<CheckOptions, 'dev' | 'fragment'>,
): Promise<ReadConfiguration> =>
  readConfiguration({ files, env, cwd, command: fragment ? 'check' : 'serve', dev, fragment });

const proofOf = ({ configuration, at, warnings }: ReadConfiguration): Proof | undefined =>
  configuration && prove(subjectOf(configuration, at, warnings));

const fails = (findings: readonly Finding[], strict: boolean): boolean =>
  findings.some(({ severity }) => severity === 'error' || (strict && severity === 'warning'));
