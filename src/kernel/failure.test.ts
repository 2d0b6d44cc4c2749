import { expect, test } from 'vitest';
import { codeOf, describeFailure, failureOf } from './failure.ts';

const made = (message: string, more: object = {}, cause?: unknown): Error =>
  Object.assign(new Error(message, cause === undefined ? undefined : { cause }), more);

const refused = made('connect ECONNREFUSED 10.0.0.1:3306', { code: 'ECONNREFUSED', errno: -111 });

test.each([
  ['a code', refused, 'the connection is refused (ECONNREFUSED)'],
  ['the code of a cause', made('fetch failed', {}, refused), 'the connection is refused (ECONNREFUSED)'],
  ['a known code behind one that is not', made('x', { code: 'UPSTREAM' }, refused), 'the connection is refused (ECONNREFUSED)'],
  ['each address of a host', new AggregateError([refused]), 'the connection is refused (ECONNREFUSED)'],
  ['a code that a library kept aside', made('x', { code: 'ESOCKET', originalCode: 'ECONNREFUSED' }), 'the connection is refused (ECONNREFUSED)'],
  ['a number whose code a library replaced', made('x', { code: 'ESOCKET', errno: -111 }), 'the connection is refused (ECONNREFUSED)'],
  ['a sentence on a certificate', made('Error initiating TLS - self-signed certificate', { code: 'ETLS' }), 'its certificate is not trusted: it is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)'],
  ['a name on a certificate', made("Hostname/IP does not match certificate's altnames: Host: a. is not in the cert's altnames: DNS:b", { code: 'HANDSHAKE_SSL_ERROR' }), 'its certificate is for other names (ERR_TLS_CERT_ALTNAME_INVALID)'],
  ["OpenSSL's line", made('Error initiating TLS - 40F7:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../ssl.c:77:', { code: 'ETLS' }), 'it does not speak TLS there (ERR_SSL_WRONG_VERSION_NUMBER)'],
  ['another code of OpenSSL', made('x', { code: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE' }), 'the TLS handshake fails (ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE)'],
  ['another verdict on a certificate', made('x', { code: 'CERT_UNTRUSTED' }), 'its certificate is not trusted (CERT_UNTRUSTED)'],
  ['a code that means nothing here', made('x', { code: 'ER_BAD_DB_ERROR' }), 'ER_BAD_DB_ERROR'],
  ['a time limit', new DOMException('x', 'TimeoutError'), 'no answer came in time (ETIMEDOUT)'],
  ['no code', new TypeError('s3cret'), 'TypeError'],
  ['what is no error', 's3cret', 'no reason given'],
])('%s', (_what, error, described) => {
  expect(describeFailure(error)).toBe(described);
}); // prettier-ignore

test('nothing that came from outside is taken for a code', () => {
  const error = made('s3cret', { code: 's3cret: 1', originalCode: 'a\nb', name: 's3 cret' });
  expect(failureOf(error)).toBeUndefined();
  expect(describeFailure(error)).toBe('Error');
  expect(codeOf(error)).toBeUndefined();
});

test('causes that lead in a circle come to an end', () => {
  const error: Error & { cause?: unknown } = new Error('round');
  error.cause = error;
  expect(failureOf(error)).toBeUndefined();
});
