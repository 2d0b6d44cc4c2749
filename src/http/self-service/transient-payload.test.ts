import { describe, expect, test } from 'vitest';
import type { Body } from '../../kernel/body.ts';
import { transientPayloadOf } from './transient-payload.ts';

const inForm = (text: string): Body => ({ kind: 'form', pairs: new Map([['transient_payload', [text]]]) });

describe('a transient payload', () => {
  test.each<[string, Body, object]>([
    ['is empty where there is none', { kind: 'json', value: {} }, {}],
    ['is empty where a form leaves it empty', inForm(''), {}],
    ['is an object of a JSON body', { kind: 'json', value: { transient_payload: { a: [1] } } }, { a: [1] }],
    ['is JSON in a field of a form', inForm('{"a":{"b":1}}'), { a: { b: 1 } }],
  ])('%s', (_what, body, expected) => {
    expect(transientPayloadOf(body)).toEqual(expected);
  });

  test.each<[string, Body]>([
    ['a list', inForm('[1]')],
    ['no JSON', inForm('{')],
    ['a key twice', inForm('{"a":1,"a":2}')],
    ['a name that reaches a prototype', inForm('{"a":{"__proto__":{"admin":true}}}')],
    ['too many levels', inForm(`{"a":${'['.repeat(40)}${']'.repeat(40)}}`)],
    ['a text in a JSON body', { kind: 'json', value: { transient_payload: 'x' } }],
  ])('is never %s', (_what, body) => {
    expect(() => transientPayloadOf(body)).toThrow(/transient_payload/);
  });

  test('has 16 KiB at most, in bytes', () => {
    const of = (count: number): Body => ({ kind: 'json', value: { transient_payload: { a: 'é'.repeat(count) } } });
    const room = 16 * 1_024 - Buffer.byteLength('{"a":""}');
    expect(transientPayloadOf(of(room / 2))).toHaveProperty('a');
    expect(() => transientPayloadOf(of(room / 2 + 1))).toThrow(/16384 bytes/);
  });
});
