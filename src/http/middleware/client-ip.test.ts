import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { comesThroughUndeclaredProxy, createClientIp } from './client-ip.ts';

function ipOf(
  count: number,
  peer: string | undefined,
  headers: IncomingMessage['headers'] = {},
  header = 'X-Forwarded-For',
) {
  // Nothing but these two members is read.
  return createClientIp({ count, header })({ headers, socket: { remoteAddress: peer } } as IncomingMessage);
}

const spoofed = {
  'x-forwarded-for': '6.6.6.6',
  x_forwarded_for: '6.6.6.6',
  forwarded: 'for=6.6.6.6',
  'x-real-ip': '6.6.6.6',
  'true-client-ip': '6.6.6.6',
  'cf-connecting-ip': '6.6.6.6',
};

test('without a trusted proxy no header is believed', () => {
  expect(ipOf(0, '10.0.0.1', spoofed)).toBe('10.0.0.1');
});

test('with one, only the configured header is', () => {
  const { 'x-forwarded-for': _asked, ...others } = spoofed;
  expect(ipOf(1, '10.0.0.1', others)).toBe('10.0.0.1');
  expect(ipOf(1, '10.0.0.1', { ...others, 'x-client': '1.2.3.4' }, 'X-Client')).toBe('1.2.3.4');
});

test.each([
  [1, '6.6.6.6, 1.2.3.4', '1.2.3.4'],
  [2, '6.6.6.6, 1.2.3.4, 10.0.0.2', '1.2.3.4'],
  [2, '1.2.3.4', '1.2.3.4'],
  [1, '6.6.6.6,', '10.0.0.1'],
  [1, 'unknown', '10.0.0.1'],
  [1, '1.2.3.4:5678', '1.2.3.4'],
  [1, '[2001:DB8::1]:5678', '2001:db8::1'],
  [1, '2001:0db8:0:0:0:0:0:1', '2001:db8::1'],
  [1, '::ffff:1.2.3.4', '1.2.3.4'],
  [1, '0x7f.1', '10.0.0.1'],
  [1, '127.1', '10.0.0.1'],
])('behind %i proxies %j came from %s', (count, value, expected) => {
  expect(ipOf(count, '10.0.0.1', { 'x-forwarded-for': value })).toBe(expected);
});

test('an address has one spelling', () => {
  expect(ipOf(0, '::ffff:127.0.0.1')).toBe('127.0.0.1');
  expect(ipOf(0, '::1')).toBe('::1');
  expect(ipOf(0, undefined)).toBe('127.0.0.1');
});

test.each<readonly [boolean, number, string | undefined, IncomingMessage['headers']]>([
  [true, 0, '10.0.0.7', { 'x-forwarded-for': '203.0.113.7' }],
  [true, 0, '172.16.0.7', { forwarded: 'for=203.0.113.7' }],
  [true, 0, '::ffff:192.168.1.7', { 'x-forwarded-for': '203.0.113.7' }],
  [true, 0, 'fd00::7', { 'x-forwarded-for': '203.0.113.7' }],
  [true, 0, '100.64.0.7', { 'x-forwarded-for': '203.0.113.7' }],
  [false, 0, '10.0.0.7', {}],
  [false, 0, '10.0.0.7', { 'x-real-ip': '203.0.113.7' }],
  [false, 0, '203.0.113.7', { 'x-forwarded-for': '10.0.0.7' }],
  [false, 0, undefined, { 'x-forwarded-for': '203.0.113.7' }],
  [false, 1, '10.0.0.7', { 'x-forwarded-for': '203.0.113.7' }],
])('%s: an undeclared proxy, of %i declared ones, is %s with %j', (undeclared, count, peer, headers) => {
  const request = { headers, socket: { remoteAddress: peer } } as IncomingMessage; // nothing else is read
  expect(comesThroughUndeclaredProxy({ count, header: 'X-Forwarded-For' }, request)).toBe(undeclared);
});
