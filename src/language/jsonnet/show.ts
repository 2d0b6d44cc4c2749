import type { Json } from '../../kernel/json.ts';
import type { Run } from './run.ts';
import { namesOf, typeOf, type Value } from './value.ts';

type Showing = Pick<Run, 'meter' | 'fail' | 'force' | 'field' | 'checkAsserts'>;

export interface Style {
  readonly indent: string;
  readonly newline: string;
  readonly colon: string;
  readonly comma: string;
  readonly empty: string;
}

/** As `std.toString` writes: `{"a": 1, "b": [2, 3]}`. */
const LINE: Style = { indent: '', newline: '', colon: ': ', comma: ', ', empty: ' ' };

/** A value as JSON text; `size` characters at most. */
export function showValue(value: Value, run: Showing, at: number, style = LINE): string {
  let size = 0;
  return show(value, style.newline);

  function take(part: string): string {
    size += part.length;
    run.meter.text(size, at);
    return part;
  }

  function show(each: Value, before: string): string {
    if (typeof each === 'string') return take(JSON.stringify(each));
    if (typeof each !== 'object' || each === null) return take(String(each));
    if (each.kind === 'function') return run.fail('a function is no JSON', at);
    run.meter.enter(at);
    if (each.kind === 'object') run.checkAsserts(each);
    const after = before + style.indent;
    const parts =
      each.kind === 'array'
        ? each.items.map((item) => show(run.force(item), after))
        : namesOf(each).map(
            (name) => take(JSON.stringify(name)) + style.colon + show(run.field(each, name, at) ?? null, after),
          );
    const [open, close] = each.kind === 'array' ? '[]' : '{}';
    run.meter.leave();
    if (parts.length === 0) return take(`${open}${style.empty}${close}`);
    return `${open}${after}${parts.join(style.comma + after)}${before}${close}`;
  }
}

/** A value as JSON; functions are none, hidden fields are left out, and the whole has a size. */
export function toJson(value: Value, run: Showing, at: number): Json {
  let size = 0;
  return convert(value);

  function take(characters: number): void {
    size += characters;
    run.meter.text(size, at);
  }

  function convert(each: Value): Json {
    if (typeof each !== 'object' || each === null) {
      take(typeof each === 'string' ? each.length + 2 : 5);
      return each;
    }
    if (each.kind === 'function') return run.fail(`a ${typeOf(each)} is no JSON`, at);
    run.meter.enter(at);
    if (each.kind === 'object') run.checkAsserts(each);
    const made =
      each.kind === 'array'
        ? each.items.map((item) => convert(run.force(item)))
        : // Own properties, whatever they are called.
          Object.fromEntries(
            namesOf(each).map((name) => {
              take(name.length + 4);
              return [name, convert(run.field(each, name, at) ?? null)];
            }),
          );
    take(2);
    run.meter.leave();
    return made;
  }
}
