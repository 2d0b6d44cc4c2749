import { describe, expect, test } from 'vitest';
import { parseForm } from './form.ts';
import { parseMultipart } from './multipart.ts';

const many = (count: number): string => Array.from({ length: count }, (_, i) => `k${i}=`).join('&');

describe('a form is read', () => {
  test.each<[string, Record<string, string[]>]>([
    ['', {}],
    ['a=1&b=2', { a: ['1'], b: ['2'] }],
    ['a=1+2%2B3', { a: ['1 2+3'] }],
    [
      'traits.name.first=Ada&traits.email=a%40b.example',
      { 'traits.name.first': ['Ada'], 'traits.email': ['a@b.example'] },
    ],
    ['terms=false&terms=true', { terms: ['false', 'true'] }],
    ['a', { a: [''] }],
    ['a==&&b=1', { a: ['='], b: ['1'] }],
    ['x.0=a&x.1=b', { 'x.0': ['a'], 'x.1': ['b'] }],
    ['x%5B%5D=a&x%5B%5D=b', { 'x[]': ['a', 'b'] }],
    ['%C3%A9=%F0%9F%98%80', { é: ['😀'] }],
  ])('%j', (text, fields) => {
    expect(parseForm(text)).toEqual(new Map(Object.entries(fields)));
  });

  test('with exactly as much as it may have', () => {
    expect(parseForm(many(256))).toHaveProperty('size', 256);
    expect(parseForm(`${'k'.repeat(256)}=${'v'.repeat(8_192)}`)).toHaveProperty('size', 1);
    expect(parseForm('a.b.c.d.e.f.g.h=1')).toHaveProperty('size', 1);
    expect(parseForm(Array.from({ length: 65 }, (_, i) => `x.${i}=`).join('&'))).toHaveProperty('size', 65);
    expect(parseForm(`transient_payload=${'v'.repeat(9_000)}`)).toHaveProperty('size', 1);
  });
});

describe('a form is refused', () => {
  test.each([
    ['with a field without a name', 'a&b=&=', /without a name/],
    ['with too many fields', many(257), /more than 256 fields/],
    ['with too long a name', `${'é'.repeat(129)}=`, /more than 256 bytes/],
    ['with too long a value', `a=${'v'.repeat(8_193)}`, /more than 8192 bytes/],
    ['with too deep a name', 'a.b.c.d.e.f.g.h.i=1', /more than 8 parts/],
    ['with a deep name in brackets', 'a[b][c][d][e][f][g][h][i]=1', /more than 8 parts/],
    ['with an index that is too high', 'x.65=1', /index above 64/],
    ['with an enormous index', 'x[4294967295]=1', /index above 64/],
    ['with a list that has gaps', 'x.0=a&x.2=b', /gaps/],
    ['with a list that begins late', 'x.1=a', /gaps/],
    ['with a field that is a group too', 'a=1&a.b=2', /both/],
    ['with a group that is a field too', 'a.b.c=2&a.b=1', /both/],
    ['with __proto__', '__proto__=1', /not allowed/],
    ['with a path through the prototype', 'traits.constructor.x=1', /not allowed/],
    ['with a bracketed path through the prototype', 'a[__proto__][x]=1', /not allowed/],
    ['with an encoded path through the prototype', '%5F_proto__.x=1', /not allowed/],
    ['with half an escape', 'a=%4', /encoded/],
    ['with bytes that are no UTF-8', 'a=%ff', /encoded/],
    ['with an overlong slash', 'a=%c0%af', /encoded/],
    ['with half a surrogate pair', 'a=%ed%a0%80', /encoded/],
  ])('%s', (_what, text, reason) => {
    expect(parseForm(text)).toEqual({ malformed: expect.stringMatching(reason) });
  });
});

const part = (name: string, value: string, more = '') =>
  `--b\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
const type = 'multipart/form-data; boundary=b';

describe('a multipart form', () => {
  test('is read like any other form', () => {
    const text = `${part('a', '1')}${part('t.x', 'line 1\r\nline 2')}${part('a', '2')}--b--\r\n`;
    expect(parseMultipart(text, type)).toEqual(new Map([['a', ['1', '2']], ['t.x', ['line 1\r\nline 2']]])); // prettier-ignore
    expect(parseMultipart(text, 'multipart/form-data; charset=utf-8; boundary="b"')).toHaveProperty('size', 2);
  });

  test.each([
    ['without a boundary', part('a', '1'), 'multipart/form-data'],
    ['that ends early', part('a', '1'), type],
    ['with something in front', `x${part('a', '1')}--b--`, type],
    ['with something behind', `${part('a', '1')}--b--more`, type],
    ['with a file', `${part('a', '1', '; filename="x"')}--b--`, type],
    [
      'with an encoded part',
      `${part('a', '1').replace('\r\n\r\n', '\r\nContent-Transfer-Encoding: base64\r\n\r\n')}--b--`,
      type,
    ],
    ['with a part without a name', '--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--', type],
    ['with two names', `${part('a', '1', '; name="b"')}--b--`, type],
    [
      'with two dispositions',
      `${part('a', '1').replace('\r\n\r\n', '\r\nContent-Disposition: form-data; name="b"\r\n\r\n')}--b--`,
      type,
    ],
    ['with a dangerous name', `${part('a.__proto__', '1')}--b--`, type],
    ['with a part without headers', '--b\r\n1\r\n--b--', type],
    ['of nothing', '', type],
  ])('%s is refused', (_what, text, contentType) => {
    expect(parseMultipart(text, contentType)).toHaveProperty('malformed');
  });
});
