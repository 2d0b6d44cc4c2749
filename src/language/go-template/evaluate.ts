import { isObject, type JsonObject } from '../../kernel/json.ts';
import { FUNCTIONS, member, print, truth } from './functions.ts';
import type { Html } from './html-context.ts';
import type { Escaping } from './markup.ts';
import type { Branch, Command, Node, Parsed, Pipe, Term } from './syntax.ts';

const DEEPEST = 50;
const LONGEST = 1_048_576;

/** Names of this block and those around it. */
type Scope = Map<string, unknown> & { readonly parent?: Scope };

interface Run {
  readonly parsed: Parsed;
  /** Undefined for plain text. */
  readonly html: Html | undefined;
  readonly out: string[];
  length: number;
}

/**
 * Renders a template. A missing value is rendered as nothing. Throws only for a template that calls itself without end, or
 * whose text grows beyond a mebibyte.
 */
export function evaluateGoTemplate(parsed: Parsed, html: Html | undefined, data: JsonObject): string {
  const run: Run = { parsed, html, out: [], length: 0 };
  write(run, parsed.nodes, data, scopeOf(data), 0);
  return run.out.join('');
}

const scopeOf = (dot: unknown, parent?: Scope): Scope =>
  Object.assign(new Map<string, unknown>(parent === undefined ? [['$', dot]] : []), parent && { parent });

function write(run: Run, nodes: readonly Node[], dot: unknown, scope: Scope, depth: number): void {
  if (depth > DEEPEST) throw new Error('A message template includes itself without end.');
  for (const node of nodes) {
    if (run.html?.unwritten.has(node) === true) continue;
    if (node.kind === 'text') put(run, run.html?.texts.get(node) ?? node.text);
    else if (node.kind === 'action') {
      const value = valueOf(node.pipe, dot, scope);
      if (node.sets !== undefined) setVariable(scope, node.sets, value);
      else put(run, escape(print(value), run.html?.escaping.get(node)));
    } else if (node.kind === 'template') {
      const inner = node.pipe === undefined ? undefined : valueOf(node.pipe, dot, scope);
      write(run, run.parsed.defined.get(node.name) ?? [], inner, scopeOf(inner), depth + 1);
    } else writeBranch(run, node, dot, scope, depth);
  }
}

function writeBranch(run: Run, node: Branch, dot: unknown, scope: Scope, depth: number): void {
  const value = valueOf(node.pipe, dot, scope);
  const inner = scopeOf(dot, scope);
  if (node.kind === 'range') {
    const items: readonly (readonly [unknown, unknown])[] = Array.isArray(value)
      ? [...value.entries()]
      : isObject(value)
        ? Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1))
        : [];
    if (items.length === 0) return write(run, node.otherwise, dot, inner, depth);
    for (const [key, item] of items) {
      const each = scopeOf(dot, scope);
      const names = node.sets.length > 1 ? [key, item] : [item];
      for (const [i, name] of node.sets.entries()) each.set(name, names[i]);
      write(run, node.inside, item, each, depth);
    }
    return undefined;
  }
  const [name] = node.sets;
  if (name !== undefined) inner.set(name, value);
  if (truth(value)) return write(run, node.inside, node.kind === 'with' ? value : dot, inner, depth);
  return write(run, node.otherwise, dot, inner, depth);
}

function put(run: Run, text: string): void {
  run.length += text.length;
  if (run.length > LONGEST) throw new Error('A message template grew beyond a mebibyte.');
  run.out.push(text);
}

/**
 * Sets the variable of that name in this block or around it, or else a new one here. `$x :=` and `$x =` would differ only
 * where a block declares the name of an outer variable again.
 */
function setVariable(scope: Scope, name: string, value: unknown): void {
  let owner: Scope | undefined = scope;
  while (owner !== undefined && !owner.has(name)) owner = owner.parent;
  (owner ?? scope).set(name, value);
}

function valueOf(pipe: Pipe, dot: unknown, scope: Scope): unknown {
  let value: unknown;
  for (const [i, command] of pipe.entries()) value = runCommand(command, i > 0, value, dot, scope);
  return value;
}

function runCommand({ call, terms }: Command, piped: boolean, last: unknown, dot: unknown, scope: Scope): unknown {
  const values = terms.map((term) => termValue(term, dot, scope));
  if (call === undefined) return values[0];
  return FUNCTIONS.get(call)?.(...values, ...(piped ? [last] : []));
}

function termValue(term: Term, dot: unknown, scope: Scope): unknown {
  if (term.kind === 'literal') return term.value;
  if (term.kind === 'pipe') return term.names.reduce<unknown>(member, valueOf(term.pipe, dot, scope));
  return term.names.reduce<unknown>(member, term.of === undefined ? dot : variable(scope, term.of));
}

function variable(scope: Scope, name: string): unknown {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) if (at.has(name)) return at.get(name);
  return undefined;
}

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => SIGNS[sign] ?? sign);

/** Refuses links of other schemes than http, mailto and tel: they could run a script. */
const OPEN_SCHEME = /^(?:https?|mailto|tel):/i;
const ANY_SCHEME = /^[^/?#]*:/;

function escape(text: string, how: Escaping | undefined): string {
  if (how === undefined) return text;
  if (how === 'html') return escapeHtml(text);
  if (how === 'query') return escapeHtml(encode(text, encodeURIComponent));
  const blocked = how === 'url' && ANY_SCHEME.test(text) && !OPEN_SCHEME.test(text);
  return escapeHtml(
    blocked
      ? '#blocked'
      : text.replace(/[^!#$%&'()*+,\-./0-9:;=?@A-Z_a-z~]/gu, (sign) => encode(sign, encodeURIComponent)),
  );
}

/** A lone surrogate has no encoding, and is left out. */
const encode = (text: string, by: (text: string) => string): string => by(text.toWellFormed().replaceAll('\ufffd', ''));
