import type { Config, MethodName } from '../config.ts';
import type { MethodSettings } from '../config.ts';
import { sectionKey, type NamedSection } from '../method-section.ts';
import type { LoadContext } from './load-context.ts';
import { belowKey, type TypedValues } from './typed-values.ts';

export interface ReadMethods {
  readonly methods: Config['methods'];
  /** The methods that `after.passwordless` stands for, as configured. */
  readonly passwordless: readonly MethodName[];
  /** The methods that people sign up and in with alone. */
  readonly firstFactors: readonly MethodName[];
}

/** Reads the section of every method into its settings. */
export function readMethods(sections: readonly NamedSection[], values: TypedValues, context: LoadContext): ReadMethods {
  const read = sections.map((section): readonly [NamedSection, MethodSettings] => {
    const key = (rest: string): string => sectionKey(section.name, rest);
    return [section, section.read({ values: belowKey(values, key('')), all: values, key, context })];
  });
  return {
    methods: Object.fromEntries(read.map(([{ name }, settings]) => [name, settings])),
    passwordless: read.flatMap(([each, settings]) => (each.passwordless?.(settings) === true ? [each.name] : [])),
    firstFactors: read.flatMap(([each, settings]) => (each.firstFactor?.(settings) === true ? [each.name] : [])),
  };
}
