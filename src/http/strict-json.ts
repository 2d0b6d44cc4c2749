import type { Json, JsonObject } from '../kernel/json.ts';

export interface JsonLimits {
  readonly depth: number;
  /** Keys of all objects together. */
  readonly keys: number;
  /** Bytes of one text. */
  readonly text: number;
}

/** Why a document is refused; never quotes it. */
export interface Malformed {
  readonly malformed: string;
}

/**
 * RFC 8259 without extensions (security IN-2): no duplicate key, no key of JavaScript's prototypes, no lone surrogate,
 * no number that a double cannot hold, and limits while reading.
 */
export function parseStrictJson(source: string, limits: JsonLimits): { readonly value: Json } | Malformed {
  const reader: Reader = { source, at: 0, keys: 0, limits };
  try {
    const value = readValue(reader, 0);
    skipBlanks(reader);
    if (reader.at < source.length) throw new Refusal('has something after its end');
    return { value };
  } catch (error) {
    if (error instanceof Refusal) return { malformed: `The JSON ${error.message}.` };
    throw error;
  }
}

/** Names that reach an object's prototype. */
export const PROTOTYPE_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

interface Reader {
  readonly source: string;
  readonly limits: JsonLimits;
  at: number;
  keys: number;
}

/** Ends the recursion; caught in this file. */
class Refusal extends Error {}

/** The key alone, or a part of it when a form's key is read as a dotted path. */
const PROTOTYPE_PATH = /(?:^|[.[])(?:__proto__|constructor|prototype)(?:$|[.\]])/;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const BLANKS = /[ \t\n\r]*/y;
// oxlint-disable-next-line no-control-regex -- controls are what is looked for
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

function readValue(reader: Reader, depth: number): Json {
  skipBlanks(reader);
  const sign = reader.source[reader.at];
  if (sign === '{' || sign === '[') {
    if (depth >= reader.limits.depth) throw new Refusal(`is nested deeper than ${reader.limits.depth} levels`);
    return sign === '{' ? readObject(reader, depth) : readArray(reader, depth);
  }
  if (sign === '"') return readText(reader);
  if (take(reader, 'true')) return true;
  if (take(reader, 'false')) return false;
  if (take(reader, 'null')) return null;
  const number = match(reader, NUMBER);
  if (number === '') throw new Refusal(`is not well-formed at character ${reader.at}`);
  const value = Number(number);
  if (!Number.isFinite(value)) throw new Refusal('has a number that is too large');
  return value;
}

function readObject(reader: Reader, depth: number): JsonObject {
  reader.at += 1;
  const members = new Map<string, Json>();
  skipBlanks(reader);
  if (take(reader, '}')) return {};
  do {
    skipBlanks(reader);
    const key = readText(reader);
    reader.keys += 1;
    if (reader.keys > reader.limits.keys) throw new Refusal(`has more than ${reader.limits.keys} keys`);
    if (PROTOTYPE_PATH.test(key))
      throw new Refusal('has a key that is not allowed: __proto__, constructor or prototype');
    if (members.has(key)) throw new Refusal('has a key twice');
    skipBlanks(reader);
    demand(reader, ':');
    members.set(key, readValue(reader, depth + 1));
    skipBlanks(reader);
  } while (take(reader, ','));
  demand(reader, '}');
  return Object.fromEntries(members);
}

function readArray(reader: Reader, depth: number): readonly Json[] {
  reader.at += 1;
  const items: Json[] = [];
  skipBlanks(reader);
  if (take(reader, ']')) return items;
  do {
    items.push(readValue(reader, depth + 1));
    skipBlanks(reader);
  } while (take(reader, ','));
  demand(reader, ']');
  return items;
}

function readText(reader: Reader): string {
  demand(reader, '"');
  let text = match(reader, PLAIN);
  while (take(reader, '\\')) text += readEscape(reader) + match(reader, PLAIN);
  demand(reader, '"');
  if (!text.isWellFormed()) throw new Refusal('has half of a surrogate pair');
  if (Buffer.byteLength(text) > reader.limits.text)
    throw new Refusal(`has a text of more than ${reader.limits.text} bytes`);
  return text;
}

function readEscape(reader: Reader): string {
  const sign = reader.source[reader.at] ?? '';
  reader.at += 1;
  if (sign !== 'u') {
    const plain = Object.hasOwn(ESCAPES, sign) ? ESCAPES[sign] : undefined;
    if (plain === undefined) throw new Refusal('has an escape that does not exist');
    return plain;
  }
  const code = reader.source.slice(reader.at, reader.at + 4);
  if (!/^[0-9a-fA-F]{4}$/.test(code)) throw new Refusal('has an escape that does not exist');
  reader.at += 4;
  return String.fromCharCode(Number.parseInt(code, 16));
}

function skipBlanks(reader: Reader): void {
  match(reader, BLANKS);
}

function match(reader: Reader, pattern: RegExp): string {
  pattern.lastIndex = reader.at;
  const text = pattern.exec(reader.source)?.[0] ?? '';
  reader.at += text.length;
  return text;
}

function take(reader: Reader, text: string): boolean {
  if (!reader.source.startsWith(text, reader.at)) return false;
  reader.at += text.length;
  return true;
}

function demand(reader: Reader, text: string): void {
  if (!take(reader, text)) throw new Refusal(`is not well-formed at character ${reader.at}`);
}
