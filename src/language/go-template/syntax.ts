export type Term =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  /** `.A.B`: of the current value; `$x.A`: of a variable, `$` being the data as a whole. */
  | { readonly kind: 'field'; readonly of: string | undefined; readonly names: readonly string[]; readonly at: number }
  | { readonly kind: 'pipe'; readonly pipe: Pipe; readonly names: readonly string[] };

export interface Command {
  /** A function of the list; none: the only term is the value. */
  readonly call: string | undefined;
  readonly terms: readonly Term[];
}
/** Each command's value is the last argument of the next. */
export type Pipe = readonly Command[];

export interface Action {
  readonly kind: 'action';
  readonly pipe: Pipe;
  /** `$x := …`, which prints nothing. */
  readonly sets: string | undefined;
  readonly at: number;
}
export interface Branch {
  readonly kind: 'if' | 'with' | 'range';
  readonly pipe: Pipe;
  readonly sets: readonly string[];
  readonly inside: readonly Node[];
  readonly otherwise: readonly Node[];
  readonly at: number;
}
export interface Include {
  readonly kind: 'template';
  readonly name: string;
  readonly pipe: Pipe | undefined;
  readonly at: number;
}
export type Node = { readonly kind: 'text'; readonly text: string; readonly at: number } | Action | Branch | Include;

export interface Parsed {
  readonly nodes: readonly Node[];
  /** `{{ define "name" }}` */
  readonly defined: ReadonlyMap<string, readonly Node[]>;
}
