import type { Answer, SetCookie } from '../support/http-client.ts';
import { parseSetCookie } from '../support/http-client.ts';
import { type Bindings, matches } from './bindings.ts';
import type { RecordedResponse } from './transcript.ts';

export interface Difference {
  /** `status`, `headers.Location`, `cookies.shop_session.max-age`, `body.ui.nodes[password/password].attributes.type` */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
}

/** Everything in which an answer is not what was recorded. */
export function compare(
  recorded: RecordedResponse,
  answer: Answer,
  bindings: Bindings,
  laterGroups: ReadonlySet<string>,
): readonly Difference[] {
  const found: Difference[] = [];
  const differ: Report = (path, expected, got) => void found.push({ path, expected: show(expected), got: show(got) });
  if (answer.status !== recorded.status) differ('status', recorded.status, answer.status);
  compareHeaders(recorded, answer, bindings, differ);
  compareCookies(recorded, answer, bindings, differ);
  compareBody({ bindings, laterGroups, differ }, recorded.body, answer);
  return found;
}

/** In what a value is not the one that was recorded. */
export function compareJson(
  recorded: unknown,
  got: unknown,
  bindings: Bindings,
  laterGroups: ReadonlySet<string>,
): readonly Difference[] {
  const found: Difference[] = [];
  const differ: Report = (path, expected, value) =>
    void found.push({ path, expected: show(expected), got: show(value) });
  compareValue({ bindings, laterGroups, differ }, 'call', '', recorded, got);
  return found;
}

type Report = (path: string, expected: unknown, got: unknown) => void;

interface Comparison {
  readonly bindings: Bindings;
  readonly laterGroups: ReadonlySet<string>;
  readonly differ: Report;
}

/** Those that a client may act on; all others are the server's own business. */
const HEADERS = [
  'Content-Type',
  'Cache-Control',
  'Location',
  'Link',
  'X-Total-Count',
  'Vary',
  'Allow',
  'Ory-Error-Id',
  'X-Kratos-Authenticated-Identity-Id',
];

function compareHeaders(recorded: RecordedResponse, answer: Answer, bindings: Bindings, differ: Report): void {
  for (const name of HEADERS) {
    const expected = [recorded.headers[name] ?? []].flat().join(', ');
    const got = [answer.headers[name.toLowerCase()] ?? []].flat().join(', ');
    if (expected === '' && got === '') continue;
    if (!matches(spaced(expected), spaced(got), bindings)) differ(`headers.${name}`, expected, got);
  }
}

/** A list is the same list with and without a space behind its commas. */
const spaced = (list: string): string => list.replace(/,\s*/g, ', ');

function compareCookies(recorded: RecordedResponse, answer: Answer, bindings: Bindings, differ: Report): void {
  const expected = [recorded.headers['Set-Cookie'] ?? []].flat().map(parseSetCookie);
  const got = [...answer.setCookies];
  const names: string[] = [];
  for (const cookie of expected) {
    const at = got.findIndex(({ name }) => matches(cookie.name, name, bindings));
    const [mine] = at < 0 ? [] : got.splice(at, 1);
    if (mine === undefined) differ(`cookies.${cookie.name}`, 'set', 'not set');
    else compareCookie(cookie, mine, bindings, differ);
    names.push(cookie.name);
  }
  for (const cookie of got) differ(`cookies.${cookie.name}`, 'not set', 'set');
}

function compareCookie(recorded: SetCookie, cookie: SetCookie, bindings: Bindings, differ: Report): void {
  const path = `cookies.${recorded.name.replace('<hex>', 'hex')}`;
  if (!matches(recorded.value, cookie.value, bindings)) differ(`${path}.value`, recorded.value, cookie.value);
  for (const name of new Set([...recorded.attributes.keys(), ...cookie.attributes.keys()])) {
    const expected = recorded.attributes.get(name);
    const got = cookie.attributes.get(name);
    if (expected === undefined || got === undefined) differ(`${path}.${name}`, expected, got);
    else if (name === 'max-age' ? !near(expected, got) : !matches(expected, got, bindings)) {
      differ(`${path}.${name}`, expected, got);
    }
  }
}

/** The seconds that are left depend on when within a second the answer was made. */
const near = (one: string, other: string): boolean => Math.abs(Number(one) - Number(other)) <= 2;

function compareBody(comparison: Comparison, recorded: unknown, answer: Answer): void {
  const { differ } = comparison;
  const type = answer.headers['content-type'] ?? '';
  if (recorded === undefined) {
    if (answer.text !== '') differ('body', 'empty', answer.text);
    return;
  }
  if (recorded === '<html>' || recorded === '<text>') {
    const wanted = recorded === '<html>' ? 'text/html' : 'text/';
    if (answer.text === '' || !type.startsWith(wanted)) differ('body', recorded, answer.text);
    return;
  }
  if (answer.json === undefined) differ('body', recorded, answer.text);
  else compareValue(comparison, 'body', '', recorded, answer.json);
}

/** Recorded without their words: any text will do, an empty one will not. */
const WORDING: ReadonlySet<string> = new Set([
  'text',
  'reason',
  'message',
  'docs',
  'hint',
  'reject_reason',
  'subject',
  'body',
]);

function compareValue(comparison: Comparison, path: string, key: string, expected: unknown, got: unknown): void {
  const { bindings, differ } = comparison;
  if (expected === null && WORDING.has(key)) {
    if (typeof got !== 'string' || got === '') differ(path, 'some text', got);
    return;
  }
  if (typeof expected === 'string') {
    const text = /^<(duration|unix-time)>$/.test(expected) && typeof got === 'number' ? String(got) : got;
    const [recorded, mine] = [jsonWithin(expected), jsonWithin(text)];
    if (recorded !== undefined && mine?.around === recorded.around) {
      compareValue(comparison, `${path}.json`, '', recorded.value, mine.value);
      return;
    }
    if (typeof text !== 'string' || !matches(expected, text, bindings)) differ(path, expected, got);
    return;
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(got)) differ(path, expected, got);
    else if (key === 'nodes') compareNodes(comparison, path, expected.filter(isNode), got.filter(isNode));
    else if (key === 'pubKeyCredParams') compareAlgorithms(comparison, path, expected, got);
    else if (key.endsWith('_addresses')) compareList(comparison, path, byValue(expected), byValue(got));
    else compareList(comparison, path, expected, got);
    return;
  }
  if (isObject(expected)) {
    if (isObject(got)) compareObject(comparison, path, expected, got);
    else differ(path, expected, got);
    return;
  }
  // Times as numbers were recorded as they were.
  if (key.endsWith('_unix') && Number.isInteger(got)) return;
  if (!Object.is(expected, got)) differ(path, expected, got);
}

/** An object as JSON within a text: alone, or as the argument of a call (`window.oryWebAuthnLogin({…})`). */
function jsonWithin(text: unknown): { readonly around: string; readonly value: unknown } | undefined {
  const found = typeof text === 'string' ? /^([\w.]*\(?)(\{.*\})(\)?)$/s.exec(text) : null;
  if (found === null) return undefined;
  const [, before = '', json = '', after = ''] = found;
  try {
    return { around: `${before}…${after}`, value: JSON.parse(json) as unknown };
  } catch {
    return undefined;
  }
}

/** The list of algorithms, as one thing. */
function compareAlgorithms(
  { differ }: Comparison,
  path: string,
  expected: readonly unknown[],
  got: readonly unknown[],
): void {
  const numbers = (list: readonly unknown[]): string =>
    list.map((one) => (isObject(one) ? String(one['alg']) : '?')).join(' ');
  if (numbers(expected) !== numbers(got)) differ(path, numbers(expected), numbers(got));
}

/** Addresses stand in no order, neither here nor there. */
const byValue = (addresses: readonly unknown[]): readonly unknown[] =>
  addresses.toSorted((one, other) => (valueOf(one) < valueOf(other) ? -1 : 1));
const valueOf = (address: unknown): string => (isObject(address) ? String(address['value']) : '');

function compareObject(comparison: Comparison, path: string, expected: JsonObject, got: JsonObject): void {
  const cut = '...' in expected;
  for (const key of Object.keys(expected)) {
    if (key === '...') continue;
    if (key in got) compareValue(comparison, `${path}.${key}`, key, expected[key], got[key]);
    else comparison.differ(`${path}.${key}`, expected[key], undefined);
  }
  if (cut) return;
  for (const key of Object.keys(got)) {
    if (!(key in expected)) comparison.differ(`${path}.${key}`, undefined, got[key]);
  }
}

function compareList(
  comparison: Comparison,
  path: string,
  expected: readonly unknown[],
  got: readonly unknown[],
): void {
  const count = Math.max(expected.length, got.length);
  for (let index = 0; index < count; index += 1) {
    const at = `${path}[${index}]`;
    if (index >= expected.length) comparison.differ(at, undefined, got[index]);
    else if (index >= got.length) comparison.differ(at, expected[index], undefined);
    else compareValue(comparison, at, '', expected[index], got[index]);
  }
}

/** Names and order as one line; then node by node under its name, so that one that moved is one difference. */
function compareNodes(comparison: Comparison, path: string, all: readonly Node[], got: readonly Node[]): void {
  const expected = all.filter(({ group }) => !comparison.laterGroups.has(group));
  const names = (nodes: readonly Node[]) => nodes.map(nameOf).join(' ');
  if (names(expected) !== names(got)) comparison.differ(path, names(expected), names(got));
  const left = [...got];
  for (const node of expected) {
    const named = left.filter((one) => nameOf(one) === nameOf(node));
    // Buttons of one name stand in the order of their values, which are other ones here.
    const same = named.find((one) => named.length > 1 && sameValue(comparison, node, one));
    const at = left.indexOf(same ?? named[0] ?? node);
    const [mine] = at < 0 ? [] : left.splice(at, 1);
    if (mine !== undefined) compareNode(comparison, `${path}[${nameOf(node)}]`, node, mine);
  }
}

const sameValue = ({ bindings }: Comparison, { attributes: recorded }: Node, { attributes: mine }: Node): boolean =>
  typeof recorded['value'] === 'string' &&
  typeof mine['value'] === 'string' &&
  matches(recorded['value'], mine['value'], bindings);

/** A CSRF token in a form is masked anew in every answer: it must be there, and stays what the first answer said. */
function compareNode(comparison: Comparison, path: string, expected: Node, got: Node): void {
  if (expected.attributes['name'] !== 'csrf_token' || expected.attributes['value'] === '') {
    compareObject(comparison, path, expected, got);
    return;
  }
  const recorded = String(expected.attributes['value']).slice(1, -1);
  const token = got.attributes['value'];
  if (typeof token !== 'string' || !/^[A-Za-z0-9+/]{86}==$/.test(token)) {
    comparison.differ(`${path}.attributes.value`, '64 bytes in base64', token);
  } else if (comparison.bindings.get(recorded) === undefined) {
    comparison.bindings.bind(recorded, token);
  }
  const without = (node: Node) => ({ ...node, attributes: { ...node.attributes, value: undefined } });
  compareObject(comparison, path, without(expected), without(got));
}

type JsonObject = Readonly<Record<string, unknown>>;
type Node = JsonObject & { readonly group: string; readonly attributes: JsonObject };

function nameOf({ group, attributes }: Node): string {
  const { name, id, type, value } = attributes;
  const choice = type === 'submit' || type === 'hidden' ? choiceOf(name, value) : '';
  return `${group}/${String(name ?? id)}${choice}`;
}

const choiceOf = (name: unknown, value: unknown): string => (name === 'method' ? `=${String(value)}` : '');

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNode(value: unknown): value is Node {
  return isObject(value) && typeof value['group'] === 'string' && isObject(value['attributes']);
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}
