import { asText, type LogOptions } from './log.ts';
import { redactText } from './redact.ts';

/** A security event as the log takes it: named, with its time, and plain members. */
export interface LoggedEvent extends Readonly<Record<string, unknown>> {
  readonly event: string;
  readonly time: string;
}

/**
 * Writes security events among the lines of the log, whatever its level is (security LG-3): one object each, level `info`,
 * logger `security`. Their members are ids, words and addresses; a text is searched for secrets all the same.
 */
export function createEventLog(write: LogOptions['write']): (event: LoggedEvent, format: LogOptions['format']) => void {
  return ({ time, event, ...members }, format) => {
    const shown = Object.entries(members).map(([name, value]) => [
      name,
      typeof value === 'string' ? redactText(value) : value,
    ]);
    const line = { level: 'info', time, logger: 'security', event, ...Object.fromEntries(shown), msg: event };
    const json = `${JSON.stringify(line)}\n`;
    write(format === 'json' ? json : asText(json));
  };
}
