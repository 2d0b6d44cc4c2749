import { URI } from 'otpauth';
import { expect, test } from 'vitest';
import { writeKeyUri } from './key-uri.ts';

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

test('a URI has the parameters of the reference in their order', () => {
  expect(writeKeyUri({ issuer: 'Shop', account: 'ada@shop.example', secret })).toBe(
    `otpauth://totp/Shop:ada%40shop.example?algorithm=SHA1&digits=6&issuer=Shop&period=30&secret=${secret}`,
  );
});

test.each(['a:b', 'a&secret=AAAA', 'a%3Ab', 'two\nlines', 'a?b#c/d', '\ud83d\ude00 smile'])(
  'the account name %j stays one name',
  (account) => {
    const read = URI.parse(writeKeyUri({ issuer: 'B & C', account, secret }));
    expect([read.label, read.issuer, read.secret.base32]).toEqual([account, 'B & C', secret]);
  },
);

test('half a character and a name that no picture holds do no harm', () => {
  const account = `\ud83d${'x'.repeat(400)}`;
  expect(URI.parse(writeKeyUri({ issuer: 'Shop', account, secret })).label).toBe(`\ufffd${'x'.repeat(127)}`);
});

test('an issuer has no colon: apps take what stands before the first one', () => {
  const read = URI.parse(writeKeyUri({ issuer: 'shop.example:8080', account: 'ada', secret }));
  expect([read.issuer, read.label]).toEqual(['shop.example 8080', 'ada']);
});
