import { join } from 'node:path';
import type { Dsn } from '../config.ts';
import { parseDsn } from './dsn.ts';
import type { LoadContext } from './load-context.ts';
import type { TypedValues } from './typed-values.ts';

/** The database that is written, or the one that the command stands for. */
export function chooseDsn(
  values: TypedValues,
  { command, missing, cwd, stateFolder, machine, problems }: LoadContext,
): Dsn {
  const text = values.maybeText('dsn');
  if (text !== undefined) {
    return parseDsn(text, { cwd, cores: machine.cores, at: values.at('dsn'), problems }) ?? { kind: 'memory' };
  }
  if (command === 'dev') return { kind: 'sqlite', file: join(stateFolder, 'sallyport.sqlite') };
  if (!values.has('dsn') && missing !== 'nothing') {
    const say = missing === 'note' ? problems.note : problems.error;
    say(values.at('dsn'), 'missing', 'is missing', 'name the database: sqlite://…, mysql://… or memory, or set DSN');
  }
  return { kind: 'memory' };
}
