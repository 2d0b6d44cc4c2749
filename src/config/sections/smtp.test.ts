import { expect, test } from 'vitest';
import { collectProblems } from '../source/problems.ts';
import { parseSmtpUri } from './smtp.ts';

const at = { path: 'courier.smtp.connection_uri', place: undefined };
const plain = {
  host: 'mail',
  port: 25,
  user: undefined,
  password: undefined,
  tls: 'starttls',
  verify: true,
  serverName: undefined,
};

const good: readonly (readonly [string, object])[] = [
  ['smtp://mail:25/', plain],
  ['smtp://mail:25', plain],
  ['smtp://mail:25/?disable_starttls=true', { ...plain, tls: 'none' }],
  [
    'smtps://me:p%40ss%2F@mail:465/?skip_ssl_verify=true',
    { ...plain, port: 465, user: 'me', password: 'p@ss/', tls: 'implicit', verify: false },
  ],
  ['smtps://mail:465/?server_name=mx.example', { ...plain, port: 465, tls: 'implicit', serverName: 'mx.example' }],
  ['smtp://:ignored@[::1]:25/', { ...plain, host: '::1' }],
];
test.each(good)('reads %s', (text, server) => {
  const problems = collectProblems();
  expect(parseSmtpUri(text, at, problems)).toEqual(server);
  expect(problems.errors).toEqual([]);
});

test.each<[string, object]>([
  ['smtp://mail', plain],
  ['smtp://me:CANARY@mail', { ...plain, port: 587, user: 'me', password: 'CANARY' }],
  ['smtps://mail', { ...plain, port: 465, tls: 'implicit' }],
  ['smtp://mail:25/?CANARY=1', plain],
  ['smtp://mail:25/?disable_starttls=CANARY', plain],
  ['smtp://mail:25/?skip_ssl_verify=yes', plain],
  ['smtps://mail:465/?legacy_ssl=true', { ...plain, port: 465, tls: 'implicit' }],
  ['smtp://mail:465/?legacy_ssl=true', { ...plain, port: 465, tls: 'implicit' }],
  ['smtps://mail:465/?disable_starttls=true', { ...plain, port: 465, tls: 'implicit' }],
])('reads %s safely and warns, without printing it', (text, server) => {
  const problems = collectProblems();
  expect(parseSmtpUri(text, at, problems)).toEqual(server);
  expect(problems.errors).toEqual([]);
  expect(problems.warnings).toHaveLength(1);
  expect(JSON.stringify(problems.warnings)).not.toContain('CANARY');
});

test.each([
  'mail:25',
  'http://u:CANARY@mail:25',
  'smtp://u:CANARY@mail:0',
  'smtp://u:%ZZCANARY@mail:25',
  'smtp://u:CAN@ARY@mail:25',
])('refuses %s and does not print it', (text) => {
  const problems = collectProblems();
  expect(parseSmtpUri(text, at, problems)).toBeUndefined();
  expect(problems.errors).toHaveLength(1);
  expect(JSON.stringify(problems.errors)).not.toMatch(/CANARY|ARY@/);
});
