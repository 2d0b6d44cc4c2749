import type { JsonObject } from '../kernel/json.ts';

/** A member of an event: its JSON Schema, which also says what it means, and whether it may be absent. */
export interface Member<T> {
  readonly schema: JsonObject;
  readonly optional: boolean;
  /** The type of its values; never there. */
  readonly value?: T;
}

export const text = (description: string): Member<string> => ({
  schema: { type: 'string', maxLength: 255, description },
  optional: false,
});

export const uuid = (description: string): Member<string> => ({
  schema: { type: 'string', format: 'uuid', description },
  optional: false,
});

export const word = <const Word extends string>(words: readonly Word[], description: string): Member<Word> => ({
  schema: { enum: words, description },
  optional: false,
});

export const count = (description: string): Member<number> => ({
  schema: { type: 'integer', minimum: 0, description },
  optional: false,
});

export const list = <T>(of: Member<T>, description: string): Member<readonly T[]> => ({
  schema: { type: 'array', items: of.schema, description },
  optional: false,
});

/** Absent where it is not known, or where there is none. */
export const maybe = <T>({ schema }: Member<T>): Member<T | undefined> => ({ schema, optional: true });

export type Members = Readonly<Record<string, Member<unknown>>>;

type Required<M extends Members> = {
  [Name in keyof M]: M[Name] extends Member<infer T> ? (undefined extends T ? never : Name) : never;
}[keyof M];

/** The values of these members. */
export type ValuesOf<M extends Members> = {
  readonly [Name in Required<M>]: M[Name] extends Member<infer T> ? T : never;
} & {
  readonly [Name in Exclude<keyof M, Required<M>>]?: M[Name] extends Member<infer T> ? T : never;
};
