import { pino } from 'pino';
import type { LogLevel } from '../config/config.ts';
import type { Clock } from '../kernel/clock.ts';
import { isObject } from '../kernel/json.ts';
import { redact, redactText } from './redact.ts';

export type Facts = Readonly<Record<string, unknown>>;
type Write = (message: string, facts?: Facts) => void;

/** The log as other parts see it; small enough to be written by hand in a test. */
export interface Log {
  readonly trace: Write;
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  readonly fatal: Write;
  /** The same log, with these facts on every line. */
  with(facts: Facts): Log;
}

/** A log whose level and format may change while it is in use. */
export interface AdjustableLog extends Log {
  adjust(settings: Pick<LogOptions, 'level' | 'format'>): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: 'json' | 'text';
  readonly clock: Clock;
  /** Takes each line, with its line break. */
  write(line: string): void;
  /** The id of the request that is being answered. */
  requestId?(): string | undefined;
}

/** Structured lines without secrets (security LG-1, LG-2): JSON for machines, one plain line each for a terminal. */
export function createLog({ level, format, clock, write, requestId }: LogOptions): AdjustableLog {
  let isJson = format === 'json';
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'msg',
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => write(isJson ? line : asText(line)) },
  );
  const make = (bound: Facts): Log => {
    const at =
      (label: Exclude<LogLevel, 'silent'>): Write =>
      (message, facts) => {
        if (!logger.isLevelEnabled(label)) return;
        const request = requestId?.();
        const all = redact({ ...bound, ...facts });
        logger[label]({ ...(request !== undefined && { request_id: request }), ...all }, redactText(message));
      };
    return {
      trace: at('trace'),
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      fatal: at('fatal'),
      with: (facts) => make({ ...bound, ...facts }),
    };
  };
  return {
    ...make({}),
    adjust(next) {
      logger.level = next.level;
      isJson = next.format === 'json';
    },
  };
}

/** `12:00:00.000 WARN  message key=value`; control characters stay escaped, so that no value can steer the terminal. */
export function asText(line: string): string {
  // Written by the logger above, hence an object.
  const { level, time, msg, ...facts } = JSON.parse(line) as Record<string, unknown>;
  const stack = traceOf(facts['error']);
  const rest = Object.entries(facts).map(
    ([name, value]) => ` ${name}=${textOf(stack && name === 'error' ? nameOf(value) : value)}`,
  );
  const head = `${String(time).slice(11, 23)} ${String(level).toUpperCase().padEnd(5)} ${escapeControls(String(msg))}`;
  return `${head}${rest.join('')}\n${stack ? `${stack.split('\n').map(escapeControls).join('\n')}\n` : ''}`;
}

/** The stack of an error, and a line for each of its causes, with their codes. */
function traceOf(error: unknown): string | undefined {
  if (!isObject(error) || !('stack' in error)) return undefined;
  const lines = [String(error['stack'])];
  for (let cause = error['cause']; isObject(cause); cause = cause['cause']) {
    const { name, code, message } = cause;
    lines.push(`  caused by ${[name, code].filter(Boolean).join(' ')}: ${String(message)}`);
  }
  return lines.join('\n');
}

const nameOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'name' in error ? error.name : error;

function textOf(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=\p{Cc}]+$/u.test(value)
    ? value
    : escapeControls(JSON.stringify(value) ?? '');
}

function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
