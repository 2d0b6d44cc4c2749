import { isObject, type JsonObject } from '../kernel/json.ts';
import { compilePattern } from './pattern.ts';

export const MAX_SCHEMA_BYTES = 1_048_576;
const MAX_NODES = 10_000;
const MAX_REF_DEPTH = 32;

/** Members whose values are data, not schemas: `$ref` and `pattern` have no meaning in them. */
const DATA = new Set(['enum', 'const', 'default', 'examples']);
/** Members whose values are schemas by name. */
const MAPS = new Set(['properties', 'patternProperties', 'definitions', '$defs', 'dependencies']);
const UNUSABLE = new Set(['__proto__', 'constructor', 'prototype']);

type Problem = (path: string, found: string, allowed: string) => void;

/**
 * Reports what makes a schema dangerous to compile (security IN-7): references that leave the document, form a cycle or
 * expand too far, and patterns that an engine with linear time cannot run.
 */
export function checkLimits(document: JsonObject, problem: Problem): void {
  let nodes = 0;
  const told = new Set<string>();
  const once: Problem = (path, found, allowed) => {
    if (!told.has(`${path} ${found}`)) problem(path, found, allowed);
    told.add(`${path} ${found}`);
  };

  visit(document, '#', [], false);

  function visit(value: unknown, path: string, refs: readonly string[], map: boolean): void {
    if (typeof value !== 'object' || value === null) return;
    if (++nodes > MAX_NODES) {
      if (nodes === MAX_NODES + 1) once('#', `unfolds to more than ${MAX_NODES} nodes`, 'write it smaller');
      return;
    }
    if (Array.isArray(value)) {
      value.forEach((part, i) => visit(part, `${path}/${i}`, refs, false));
      return;
    }
    if (!isObject(value)) return;
    for (const [key, part] of Object.entries(value)) {
      const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      if (UNUSABLE.has(key)) once(at, 'has a name that cannot be used', 'choose another');
      if (map || !DATA.has(key)) visit(part, at, refs, !map && MAPS.has(key));
    }
    if (map) return;
    checkPatterns(value, path, once);
    const { $ref } = value;
    if (typeof $ref === 'string') follow($ref, path, refs);
  }

  function follow(ref: string, path: string, refs: readonly string[]): void {
    const at = `${path}/$ref`;
    if (!ref.startsWith('#'))
      return once(
        at,
        `is ${ref.slice(0, 80)}`,
        'no other document is fetched: copy it below #/definitions, and write #/definitions/…',
      );
    if (refs.includes(ref)) return once(at, `is ${ref}, which leads back to itself`, 'cycles are refused');
    if (refs.length >= MAX_REF_DEPTH)
      return once(at, `is more than ${MAX_REF_DEPTH} references deep`, 'write it flatter');
    const target = lookUp(document, ref);
    if (target === undefined)
      return once(at, `is ${ref.slice(0, 80)}, which is not there`, 'name something the document has');
    visit(target, ref, [...refs, ref], false);
  }
}

/** The value that a reference inside a document names; undefined when there is none. */
export function lookUp(document: JsonObject, ref: string): unknown {
  if (ref === '#') return document;
  if (!ref.startsWith('#/')) return undefined;
  let at: unknown = document;
  for (const raw of ref.slice(2).split('/')) {
    const key = decode(raw).replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(at)) at = at[Number(key)];
    else if (isObject(at) && Object.hasOwn(at, key)) at = at[key];
    else return undefined;
  }
  return at;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // not percent-encoded
  }
}

function checkPatterns(schema: Readonly<Record<string, unknown>>, path: string, problem: Problem): void {
  const { pattern, patternProperties } = schema;
  if (typeof pattern === 'string') checkPattern(pattern, `${path}/pattern`, problem);
  if (isObject(patternProperties)) {
    for (const key of Object.keys(patternProperties)) checkPattern(key, `${path}/patternProperties`, problem);
  }
}

function checkPattern(pattern: string, path: string, problem: Problem): void {
  try {
    compilePattern(pattern);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    problem(
      path,
      `is ${pattern.slice(0, 120)} (${why})`,
      'patterns run in linear time: look-ahead, look-behind and back-references are not available',
    );
  }
}
