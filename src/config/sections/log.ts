import type { Config } from '../config.ts';
import type { TypedValues } from './typed-values.ts';

export function readLog(values: TypedValues, dev: boolean): Config['log'] {
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
  const format = values.maybeText('log.format') ?? (dev ? 'text' : 'json');
  return { level, format: format === 'text' ? 'text' : 'json' };
}
