import type { At } from './source/yaml-tree.ts';

/** A value that passed its check, and where it was written. `items`: those of a list, one by one. */
export interface Found {
  readonly value: unknown;
  readonly at: At;
  /** The schema's key that the value was written under; an old spelling keeps its old key. */
  readonly key: string;
  readonly items: readonly (Checked | Found)[];
}

/** The values of a checked mapping, by schema path. */
export interface Checked {
  readonly at: At;
  readonly values: Map<string, Found>;
  /** Keys whose value was refused: they are wrong, not missing. */
  readonly broken: Set<string>;
}
