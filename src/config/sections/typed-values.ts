import { must } from '../../kernel/error.ts';
import { isObject } from '../../kernel/json.ts';
import type { Checked, Found } from '../checked.ts';
import type { Setting } from '../config.ts';
import type { MapOf } from '../schema/spec.ts';
import { specAt } from '../schema/with-former-keys.ts';
import { findTree, nearestAt, type At, type YamlTree } from '../source/yaml-tree.ts';

/** Reads checked values by key, defaults filled in from the schema table. */
export interface TypedValues {
  find(key: string): Found | undefined;
  /** Whether the key was written, even with a wrong value: then it is not missing. */
  has(key: string): boolean;
  /** Whether the key, or anything below it, was written. */
  covers(key: string): boolean;
  /** Where a key was written; its current name when no file has it. */
  at(key: string): At;
  text(key: string): string;
  maybeText(key: string): string | undefined;
  number(key: string): number;
  maybeNumber(key: string): number | undefined;
  flag(key: string): boolean;
  choice<T extends string>(key: string, choices: readonly T[]): T;
  strings(key: string): readonly string[];
  record(key: string): Readonly<Record<string, string>>;
}

export type Defaults = Readonly<Record<string, Setting>>;

/** The tables of `defaults` override those of the schema, and a later table overrides an earlier one. */
export function readTypedValues(
  schema: MapOf,
  { checked, written }: { readonly checked: Checked; readonly written: YamlTree },
  ...defaults: readonly Defaults[]
): TypedValues {
  const fallback = (key: string): unknown => {
    const spec = specAt(schema, key);
    const written =
      defaults.findLast((table) => Object.hasOwn(table, key))?.[key] ??
      (spec && 'default' in spec ? spec.default : undefined);
    if (written === undefined || Array.isArray(written)) return written;
    if (spec?.kind !== 'leaf' || typeof written === 'object') return written;
    const parsed = spec.parse(written, false);
    return 'value' in parsed ? parsed.value : must(undefined, `The default of ${key}`);
  };
  const value = (key: string): unknown => checked.values.get(key)?.value ?? fallback(key);
  const maybeText = (key: string): string | undefined => {
    const found = value(key);
    return typeof found === 'string' ? found : undefined;
  };
  const maybeNumber = (key: string): number | undefined => {
    const found = value(key);
    return typeof found === 'number' ? found : undefined;
  };
  return {
    find: (key) => checked.values.get(key),
    has: (key) => checked.values.has(key) || checked.broken.has(key),
    covers: (key) => findTree(written, ...key.split('.')) !== undefined,
    at: (key) => checked.values.get(key)?.at ?? { path: key, place: nearestAt(written, key).place },
    maybeText,
    maybeNumber,
    text: (key) => must(maybeText(key), `A value of ${key}`),
    number: (key) => must(maybeNumber(key), `A value of ${key}`),
    flag: (key) => value(key) === true,
    choice(key, choices) {
      const found = value(key);
      return must(
        choices.find((each) => each === found),
        `A value of ${key}`,
      );
    },
    strings(key) {
      const found = value(key);
      return Array.isArray(found) ? found.filter((each) => typeof each === 'string') : [];
    },
    record(key) {
      const found = value(key);
      const pairs = isObject(found) ? Object.entries(found) : [];
      return Object.fromEntries(pairs.filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
    },
  };
}

/** The same values by keys relative to this one. */
export function belowKey(values: TypedValues, above: string): TypedValues {
  const whole = (key: string): string => `${above}.${key}`;
  return {
    find: (key) => values.find(whole(key)),
    has: (key) => values.has(whole(key)),
    covers: (key) => values.covers(whole(key)),
    at: (key) => values.at(whole(key)),
    text: (key) => values.text(whole(key)),
    maybeText: (key) => values.maybeText(whole(key)),
    number: (key) => values.number(whole(key)),
    maybeNumber: (key) => values.maybeNumber(whole(key)),
    flag: (key) => values.flag(whole(key)),
    choice: (key, choices) => values.choice(whole(key), choices),
    strings: (key) => values.strings(whole(key)),
    record: (key) => values.record(whole(key)),
  };
}
