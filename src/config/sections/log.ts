import type { Config } from '../config.ts';
import type { LoadContext } from './load-context.ts';
import type { TypedValues } from './typed-values.ts';

export function readLog(values: TypedValues, { dev, problems }: LoadContext): Config['log'] {
  sayLeaking(values, dev, problems);
  const written = values.choice('log.level', [
    'trace',
    'debug',
    'info',
    'warning',
    'warn',
    'error',
    'fatal',
    'panic',
    'silent',
  ]);
  const level = written === 'warning' ? 'warn' : written === 'panic' ? 'fatal' : written;
  return { level, format: logFormat(values.maybeText('log.format'), dev), events: values.flag('log.events') };
}

/** Machines collect what a server writes in production; people read it where they develop. */
export function logFormat(written: string | undefined, dev: boolean): Config['log']['format'] {
  return (written ?? (dev ? 'text' : 'json')) === 'text' ? 'text' : 'json';
}

/** It stands in every quick start of the reference: a note where somebody develops, said whole where people sign in. */
function sayLeaking(values: TypedValues, dev: boolean, problems: LoadContext['problems']): void {
  const key = 'log.leak_sensitive_values';
  if (!values.flag(key)) return;
  const allowed = 'secrets never reach the log here: remove it before another server reads this file';
  (dev ? problems.note : problems.warn)(values.at(key), dev ? 'no-effect' : 'unsafe', 'is true', allowed);
}
