/** The syntax tree. `at` is an offset into the source. */
export type Expression = { readonly at: number } & (
  | { readonly kind: 'literal'; readonly value: null | boolean | number | string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'self' | 'dollar' }
  | { readonly kind: 'super'; readonly index: Expression }
  | { readonly kind: 'in_super'; readonly key: Expression }
  | { readonly kind: 'array'; readonly items: readonly Expression[] }
  | { readonly kind: 'array_for'; readonly body: Expression; readonly specs: readonly ForSpec[] }
  | ObjectExpression
  | { readonly kind: 'index'; readonly target: Expression; readonly index: Expression }
  | { readonly kind: 'slice'; readonly target: Expression; readonly bounds: readonly (Expression | undefined)[] }
  | { readonly kind: 'call'; readonly target: Expression; readonly args: readonly Argument[] }
  | { readonly kind: 'function'; readonly params: readonly Parameter[]; readonly body: Expression }
  | { readonly kind: 'local'; readonly binds: readonly Bind[]; readonly body: Expression }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly body: Expression;
      readonly otherwise: Expression | undefined;
    }
  | { readonly kind: 'unary'; readonly operator: string; readonly value: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'assert'; readonly check: Assertion; readonly body: Expression }
  | { readonly kind: 'error'; readonly message: Expression }
);

export interface ObjectExpression {
  readonly kind: 'object';
  readonly at: number;
  readonly locals: readonly Bind[];
  readonly asserts: readonly Assertion[];
  readonly fields: readonly Field[];
  /** `{ [key]: value for … }`: one field, made for each turn. */
  readonly specs: readonly ForSpec[] | undefined;
}

export interface Field {
  readonly at: number;
  readonly name: Expression;
  /** `+:`: added to what the object below has. */
  readonly plus: boolean;
  /** `:` as below, `::` hidden, `:::` shown. */
  readonly visibility: 1 | 2 | 3;
  readonly value: Expression;
}

export interface Bind {
  readonly name: string;
  readonly value: Expression;
}
export interface Parameter {
  readonly name: string;
  readonly preset: Expression | undefined;
}
export interface Argument {
  readonly name: string | undefined;
  readonly value: Expression;
}
export interface Assertion {
  readonly at: number;
  readonly condition: Expression;
  readonly message: Expression | undefined;
}
export type ForSpec =
  | { readonly kind: 'for'; readonly at: number; readonly name: string; readonly list: Expression }
  | { readonly kind: 'if'; readonly at: number; readonly condition: Expression };
