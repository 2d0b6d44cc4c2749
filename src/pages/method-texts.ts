import type { Texts } from './texts.ts';

/** What a method brings of its own: the title of its part of the settings, and the name of its proof. */
export interface MethodTexts {
  readonly name: string;
  readonly group: string;
  readonly texts?: {
    readonly section?: readonly [title: string, lead: string];
    readonly proof?: string;
    readonly recovery?: string;
  };
}

/** The texts with those of the methods in them. */
export function withMethods(texts: Texts, methods: readonly MethodTexts[]): Texts {
  const sections = methods.flatMap(({ group, texts: own }) => (own?.section ? [[group, own.section] as const] : []));
  const proofs = methods.flatMap(({ name, texts: own }): (readonly [string, string])[] => [
    ...(own?.proof === undefined ? [] : [[name, own.proof] as const]),
    ...(own?.recovery === undefined ? [] : [[`${name}_recovery`, own.recovery] as const]),
  ]);
  return {
    ...texts,
    groups: { ...texts.groups, ...Object.fromEntries(sections) },
    welcome: { ...texts.welcome, methods: { ...texts.welcome.methods, ...Object.fromEntries(proofs) } },
  };
}
