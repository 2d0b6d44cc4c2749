import type { Dialect, HookEntry } from '../config/config.ts';
import { isObject } from '../kernel/json.ts';
import { SECRET } from './entry-config.ts';
import { spelled } from './built-in-placement.ts';

const HIDDEN = '‹hidden›';
const LONGEST = 90;
const LONGEST_VALUE = 48;

/** An entry's configuration in one short line, as it is written and without what is secret; undefined: there is none. */
export function describeEntry({ hook, config }: HookEntry, dialect: Dialect): string | undefined {
  if (!isObject(config)) return undefined;
  const parts = Object.entries(config).flatMap(([key, value]) => flat([spelled(hook, key, dialect)], value));
  if (parts.length === 0) return undefined;
  return cut(parts.join(', '), LONGEST);
}

function flat(path: readonly string[], value: unknown): readonly string[] {
  const hidden = path.some((part) => SECRET.test(part) || part === 'headers');
  if (!hidden && isObject(value)) return Object.entries(value).flatMap(([key, each]) => flat([...path, key], each));
  return [`${path.join('.')}: ${hidden ? HIDDEN : shown(value)}`];
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `${value.length} entries`;
  if (typeof value !== 'string') return String(value);
  return cut(withoutSecrets(value), LONGEST_VALUE);
}

/** Of an address: no user, no password, no query, no text that was packed into it. */
function withoutSecrets(text: string): string {
  if (text.startsWith('base64://')) return 'base64://…';
  const url = URL.parse(text);
  if (url === null || url.host === '') return text;
  return `${url.protocol}//${url.username === '' ? '' : `${HIDDEN}@`}${url.host}${url.pathname}${url.search === '' ? '' : '?…'}`;
}

const cut = (text: string, longest: number): string =>
  text.length > longest ? `${text.slice(0, longest - 1).trimEnd()}…` : text;
