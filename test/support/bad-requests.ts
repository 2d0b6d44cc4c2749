import type { RequestOptions } from './http-client.ts';
import { formEncode } from './http-client.ts';

/** A request to a self-service submit route that no server should take, and the statuses that say so clearly. */
export interface BadRequest {
  readonly name: string;
  readonly request: RequestOptions;
  readonly statuses: readonly number[];
}

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };

/** Every way to send nonsense that the promises name. `good` is a body that would be taken. */
export function badRequests(good: Readonly<Record<string, unknown>>): readonly BadRequest[] {
  const text = JSON.stringify(good);
  const member = (json: string) => `${text.slice(0, -1)},${json}}`;
  const json = (body: string | Buffer): RequestOptions => ({ headers: JSON_TYPE, body });
  const form = (body: string): RequestOptions => ({ headers: FORM_TYPE, body });
  const fields = formEncode(flat(good));
  return [
    { name: 'JSON that breaks off', request: json(text.slice(0, -2)), statuses: [400] },
    { name: 'JSON that is a list', request: json(`[${text}]`), statuses: [400] },
    { name: 'JSON that is a text', request: json('"text"'), statuses: [400] },
    { name: 'JSON that is null', request: json('null'), statuses: [400] },
    { name: 'JSON with a key twice', request: json(member('"method":"password"')), statuses: [400] },
    { name: 'JSON with __proto__', request: json(member('"__proto__":{"admin":true}')), statuses: [400] },
    { name: 'JSON with constructor', request: json(member('"constructor":{"prototype":{}}')), statuses: [400] },
    { name: 'JSON 200 levels deep', request: json(member(`"traits.x":${nested(200)}`)), statuses: [400] },
    { name: 'JSON with 2,000 keys', request: json(member(keys(2_000))), statuses: [400] },
    { name: 'JSON with a lone surrogate', request: json(member('"note":"\\ud800"')), statuses: [400] },
    { name: 'JSON with a byte order mark', request: json(`\ufeff${text}`), statuses: [400] },
    { name: 'JSON that is not UTF-8', request: json(Buffer.from(member('"note":"\xff"'), 'latin1')), statuses: [400] },
    { name: 'JSON with NaN', request: json(member('"note":NaN')), statuses: [400] },
    { name: 'a body of 70 KiB', request: json(member(`"note":"${'x'.repeat(70 * 1024)}"`)), statuses: [413] },
    { name: 'a form of 70 KiB', request: form(`${fields}&note=${'x'.repeat(70 * 1024)}`), statuses: [413] },
    { name: 'a form with two values of a key', request: form(`${fields}&method=code`), statuses: [400] },
    { name: 'a form with __proto__', request: form(`${fields}&__proto__.admin=true`), statuses: [400] },
    { name: 'a form with a and a.b', request: form(`${fields}&note=1&note.b=2`), statuses: [400] },
    { name: 'a form with 300 fields', request: form(`${fields}&${many(300)}`), statuses: [400] },
    { name: 'a form with a broken escape', request: form(`${fields}&note=%E0%A4%A`), statuses: [400] },
    { name: 'plain text', request: { headers: { 'content-type': 'text/plain' }, body: text }, statuses: [400] },
    { name: 'a body without a type', request: { headers: {}, body: text }, statuses: [400] },
    {
      name: 'a compressed body',
      request: { headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: text },
      statuses: [400, 415],
    },
    { name: 'an empty body', request: { headers: JSON_TYPE, body: '' }, statuses: [400] },
  ];
}

function flat(value: Readonly<Record<string, unknown>>, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]): [string, string][] =>
      typeof one === 'object' && one !== null
        ? Object.entries(flat(Object.fromEntries(Object.entries(one)), `${prefix}${key}.`))
        : [[`${prefix}${key}`, String(one)]],
    ),
  );
}

const nested = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
const keys = (count: number): string => Array.from({ length: count }, (_, n) => `"k${n}":1`).join(',');
const many = (count: number): string => Array.from({ length: count }, (_, n) => `k${n}=1`).join('&');
