import type { Dialect, HookEntry } from '../config/config.ts';
import { isObject } from '../kernel/json.ts';
import type { Issue } from '../kernel/issue.ts';
import type { Hook } from './define.ts';
import { didYouMean } from '../kernel/did-you-mean.ts';
import { withinHook } from './hook-scope.ts';
import { foreignKey, spelled } from './built-in-placement.ts';

export type ParsedConfig = { readonly config: unknown; readonly issues: readonly Issue[] };

/** An entry's configuration as its hook's own schema reads it, or what is wrong with it, in the words of the dialect. */
export function parseEntryConfig(entry: HookEntry, hook: Hook<unknown>, dialect: Dialect): ParsedConfig {
  const written = entry.config ?? {};
  const at = { entry, dialect, keys: shapeKeys(hook.config, hook.name, dialect) };
  if (hook.config === undefined) {
    if (isObject(written) && Object.keys(written).length === 0) return { config: undefined, issues: [] };
    return {
      config: undefined,
      issues: [issue(at, [], 'it is there', `no config: the hook "${hook.name}" takes none`)],
    };
  }
  const unknown = unknownKeys(at, written);
  try {
    const schema = hook.config;
    const config = withinHook(hook.name, () => schema.parse(written));
    if (isObject(config) && typeof config['then'] === 'function') {
      return { config: undefined, issues: [issue(at, [], 'its schema answers later', 'a schema that parses at once')] };
    }
    return { config: freezePlain(config), issues: unknown };
  } catch (error) {
    return { config: undefined, issues: merge(unknown, issuesOf(at, written, error)) };
  }
}

interface At {
  readonly entry: HookEntry;
  readonly dialect: Dialect;
  /** The keys the schema knows, where it is one that says so. */
  readonly keys: readonly string[] | undefined;
}

/** Keys that a lenient schema would drop, and keys that belong to another dialect: nothing configured is ignored. */
function unknownKeys(at: At, written: unknown): readonly Issue[] {
  const { keys } = at;
  if (keys === undefined || !isObject(written)) return [];
  return Object.keys(written)
    .filter((key) => !keys.includes(key))
    .map((key) => unknownKey(at, key));
}

function unknownKey(at: At, key: string, path: readonly PropertyKey[] = []): Issue {
  const allowed = (path.length === 0 ? at.keys : undefined)?.map((each) => spelled(at.entry.hook, each, at.dialect));
  const near = didYouMean(key, allowed ?? []);
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  const known = allowed?.join(', ') ?? 'the keys of its schema';
  const isOnly = near !== undefined && known === near;
  const only =
    foreignKey(at.entry.hook, key, at.dialect) === 'v0.1-job' ? ' (only lists written with `job:` have it)' : '';
  return {
    ...issue(at, [...path, key], `unknown key${only}`, isOnly ? `did you mean ${near}?` : `${known}${hint}`),
    code: 'unknown-key',
  };
}

/** Any schema library: most throw an error with `issues` of a path and a message. */
function issuesOf(at: At, written: unknown, error: unknown): readonly Issue[] {
  const listed = isObject(error) || error instanceof Error ? Reflect.get(error, 'issues') : undefined;
  if (!Array.isArray(listed) || listed.length === 0) {
    return [
      issue(at, [], 'its schema refuses it', error instanceof Error ? oneLine(error.message) : 'what the schema takes'),
    ];
  }
  return listed.flatMap((each: unknown): readonly Issue[] => {
    const { path: where, message, code, keys } = isObject(each) ? each : {};
    const path = Array.isArray(where)
      ? where.map((part: unknown) => (typeof part === 'number' ? part : String(part)))
      : [];
    if (code === 'unrecognized_keys' && Array.isArray(keys))
      return keys.map((key) => unknownKey(at, String(key), path));
    const allowed =
      typeof message === 'string'
        ? oneLine(message).replace(/^Invalid input: |, received undefined$/g, '')
        : 'what the schema takes';
    return [issue(at, path, shown(path, valueAt(written, path)), allowed)];
  });
}

function issue({ entry, dialect }: At, path: readonly PropertyKey[], found: string, allowed: string): Issue {
  const spelling = path.map((part, i) =>
    i === 0 && typeof part === 'string' ? spelled(entry.hook, part, dialect) : part,
  );
  const below = spelling.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return {
    code: 'hook-config',
    place: entry.place,
    path: `${entry.path}.config${below}`,
    found: `hook "${entry.hook}": ${found}`,
    allowed,
  };
}

/** Both see unknown keys; each is said once. */
function merge(first: readonly Issue[], second: readonly Issue[]): readonly Issue[] {
  return [
    ...first,
    ...second.filter(({ code, path }) => !first.some((each) => each.path === path && each.code === code)),
  ];
}

/** Keys whose values are nobody's business. */
export const SECRET =
  /secret|password|token|credential|authorization|(?:api|private)_?key|^key$|^value$|dsn|connection_uri/i;

/** What was written, unless its key says that it is nobody's business. */
function shown(path: readonly PropertyKey[], value: unknown): string {
  if (value === undefined) return 'it is missing';
  if (path.some((part) => SECRET.test(String(part)))) return '‹hidden›';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'a mapping';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, part) => {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    return Reflect.get(at, part);
  }, value);
}

/** The keys of an object schema that tells them (zod does); undefined: nobody knows. */
function shapeKeys(schema: unknown, hook: string, dialect: Dialect): readonly string[] | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  const shape: unknown = Reflect.get(schema, 'shape');
  if (!isObject(shape) || takesMore(schema)) return undefined;
  return Object.keys(shape).filter((key) => foreignKey(hook, key, dialect) === undefined);
}

/** z.looseObject and catchall mean to take any key; z.object only forgets to refuse them. */
function takesMore(schema: object): boolean {
  const definition: unknown = Reflect.get(schema, 'def');
  const catchall: unknown = isObject(definition) ? definition['catchall'] : undefined;
  const kind: unknown = isObject(catchall) && isObject(catchall['def']) ? catchall['def']['type'] : undefined;
  return kind !== undefined && kind !== 'never';
}

/** A hook's configuration is shared by all its calls. Only plain values: a frozen RegExp could not be used any more. */
function freezePlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && !Array.isArray(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) freezePlain(part);
  return value;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 300);
