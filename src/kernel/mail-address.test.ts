import { expect, test } from 'vitest';
import { domainOf, parseMailAddress, parseStoredMailAddress, takesMail } from './mail-address.ts';

test.each([
  'a@b.example',
  'first.last+tag@mail.example',
  "o'neill@x.example",
  'grüße@müller.example',
  'root@localhost',
])('takes the plain address %s', (address) => expect(parseMailAddress(address)).toBe(address));

test.each([
  ['a list', 'a@b.example,c@d.example'],
  ['a list with semicolon', 'a@b.example;c@d.example'],
  ['an array', ['a@b.example']],
  ['a quoted local part', '"a@evil.example"@b.example'],
  ['a comment', 'a(c)@b.example'],
  ['a route', '<@x.example:a@b.example>'],
  ['a group', 'friends:a@b.example;'],
  ['a display name', 'A <a@b.example>'],
  ['a line break', 'a@b.example\r\nBcc: c@d.example'],
  ['a NUL', 'a\0@b.example'],
  ['NEL', 'a\u0085@b.example'],
  ['a blank', 'a @b.example'],
  ['two signs', 'a@evil.example@b.example'],
  ['a full-width sign', 'a＠b.example@c.example'],
  ['a full-width dot', 'a@b．example'],
  ['a zero-width character', 'a\u200b@b.example'],
  ['no local part', '@b.example'],
  ['an empty label', 'a@b..example'],
  ['an address literal', 'a@[127.0.0.1]'],
  ['a long local part', `${'a'.repeat(65)}@b.example`],
  ['a local part long in octets', `${'ä'.repeat(33)}@b.example`],
  ['255 octets', `a@${'b.'.repeat(126)}b`],
  ['a ligature', 'oﬃce@b.example'],
  ['a superscript', 'x²@b.example'],
  ['full-width letters', 'ａda@b.example'],
])('refuses %s', (_what, input) => expect(parseMailAddress(input)).toBeUndefined());

test('takes 254 octets', () => {
  const address = `ab@${'b.'.repeat(125)}b`;
  expect(Buffer.byteLength(address)).toBe(254);
  expect(parseMailAddress(address)).toBe(address);
});

test('what is stored may be longer than what is sent to', () => {
  const address = `${'n'.repeat(60)}@${`${'d'.repeat(60)}.`.repeat(4)}test`;
  expect([parseMailAddress(address), parseStoredMailAddress(address)]).toEqual([undefined, address]);
  expect(takesMail({ via: 'email', value: address })).toBe(false);
  expect(takesMail({ via: 'email', value: 'ada@example.org' })).toBe(true);
  expect(parseStoredMailAddress(`${address}${'t'.repeat(40)}`)).toBeUndefined();
});

test('counts mails by lower-case domain', () => expect(domainOf('A@Mail.EXAMPLE')).toBe('mail.example'));
