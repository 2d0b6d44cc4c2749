import { METHODS } from '../../src/strategy/methods.ts';
import type { Method } from '../../src/strategy/method.ts';

/** Other names for the methods that people register and sign in with. */
const NAMES: Readonly<Record<string, string>> = { password: 'passphrase', code: 'digits', oidc: 'elsewhere' };

/** The registry with the other names: nothing else of a method knows what it is called. */
export const RENAMED_METHODS: readonly Method[] = METHODS.map((method) => ({
  ...method,
  name: NAMES[method.name] ?? method.name,
}));

/** A configuration with the other names where a method is named: its section, its lists, and what is mailed. */
export function renameMethods(content: unknown, above = ''): unknown {
  if (Array.isArray(content)) return content.map((each) => renameMethods(each));
  if (typeof content !== 'object' || content === null) return content;
  return Object.fromEntries(
    Object.entries(content).map(([key, value]): [string, unknown] => {
      const named = above === 'methods' || above === 'after';
      const other = key === 'use' && typeof value === 'string' ? (NAMES[value] ?? value) : renameMethods(value, key);
      return [named ? (NAMES[key] ?? key) : key, other];
    }),
  );
}

/** The same text or data with the names of the registry again. */
export function withRegistryNames<T>(data: T): T {
  const text = Object.entries(NAMES).reduce((all, [name, other]) => all.replaceAll(other, name), JSON.stringify(data));
  return JSON.parse(text) as T; // what it was
}
