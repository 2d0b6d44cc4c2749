import { expect, test } from 'vitest';
import { Trouble, troubleOf } from './provider-error.ts';

const fetchError = (code: string): Error => Object.assign(new TypeError('The request failed: s3cret.'), { code });
const named = (name: string, more: object = {}): Error => Object.assign(new Error('s3cret'), { name, ...more });

test.each([
  [
    'nothing listens',
    fetchError('ECONNREFUSED'),
    'unreachable',
    'acme discovery: the connection is refused (ECONNREFUSED)',
  ],
  [
    'a certificate that is not trusted',
    new Error('s3cret', { cause: fetchError('DEPTH_ZERO_SELF_SIGNED_CERT') }),
    'unreachable',
    'acme discovery: its certificate is not trusted: it is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)',
  ],
  [
    'an address inside',
    fetchError('REQUEST_REFUSED'),
    'unreachable',
    'acme discovery: the rules for outgoing requests refuse it (REQUEST_REFUSED)',
  ],
  ['an error without a code', new TypeError('s3cret'), 'unreachable', 'acme discovery: TypeError'],
  [
    'an answer that is no JSON',
    named('ClientError', { code: 'OAUTH_PARSE_ERROR' }),
    'unreachable',
    'acme discovery: ClientError OAUTH_PARSE_ERROR',
  ],
  [
    'a refusal with its word',
    named('ResponseBodyError', { error: 'invalid_client' }),
    'refused',
    'acme discovery: ResponseBodyError (invalid_client)',
  ],
  ['anything else', named('Error'), 'untrusted', 'acme discovery: Error'],
] as const)('%s', (_what, error, kind, message) => {
  expect(troubleOf(error, 'acme discovery')).toMatchObject({ kind, message, cause: error });
});

test('trouble stays what it is', () => {
  const trouble = new Trouble('refused', 'x');
  expect(troubleOf(trouble, 'y')).toBe(trouble);
});
