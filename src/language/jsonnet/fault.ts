/** A program that is wrong, asks for too much, or ended itself with `error`. The message quotes no value of its input. */
export class JsonnetFault extends Error {
  override readonly name = 'JsonnetFault';
  /** `raised`: by the program's own `error` or `assert`; `reason` is then its text. */
  readonly kind: 'syntax' | 'runtime' | 'limit' | 'raised';
  readonly reason: string;
  readonly line: number;
  readonly column: number;

  constructor(kind: JsonnetFault['kind'], reason: string, source: Source, offset: number) {
    const { line, column } = placeIn(source.text, offset);
    super(`${source.name}:${line}:${column} ${reason}`);
    this.kind = kind;
    this.reason = reason;
    this.line = line;
    this.column = column;
  }
}

export interface Source {
  /** For messages: the file, or where the program is configured. */
  readonly name: string;
  readonly text: string;
}

function placeIn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
