import { expect, test } from 'vitest';
import type { Dsn } from '../config.ts';
import { parseDsn } from './dsn.ts';
import { collectProblems, type Problems } from '../source/problems.ts';

function read(text: string): { readonly dsn: Dsn | undefined; readonly problems: Problems } {
  const problems = collectProblems();
  return { dsn: parseDsn(text, { cwd: '/srv', cores: 4, at: { path: 'dsn', place: undefined }, problems }), problems };
}
const mysql = {
  kind: 'mysql',
  host: 'db',
  port: 3306,
  socket: undefined,
  user: 'me',
  password: 'p@ss:w?rd',
  database: 'app',
  maxConnections: 8,
  tls: false,
};

const good: readonly (readonly [string, unknown])[] = [
  ['memory', { kind: 'memory' }],
  ['sqlite:///var/lib/a.sqlite?_fk=true&mode=rwc', { kind: 'sqlite', file: '/var/lib/a.sqlite' }],
  ['sqlite://a.db?_fk=true', { kind: 'sqlite', file: '/srv/a.db' }],
  ['sqlite://file::memory:?_fk=true', { kind: 'memory' }],
  ['sqlite://file:x?mode=memory&_fk=true', { kind: 'memory' }],
  ['sqlite://:memory:', { kind: 'memory' }],
  ['mysql://me:p@ss:w?rd@tcp(db:3306)/app', mysql],
  ['mysql://me:p@ss:w?rd@tcp(db)/app?parseTime=true&multiStatements=true', mysql],
  ['mysql://me:p%40ss%3Aw%3Frd@db:3306/app', mysql],
  ['mariadb://me:p%40ss%3Aw%3Frd@db/app?max_conns=20&tls=true', { ...mysql, maxConnections: 20, tls: true }],
  [
    'mysql://me@unix(/run/mysqld/mysqld.sock)/app',
    { ...mysql, host: 'localhost', socket: '/run/mysqld/mysqld.sock', password: '' },
  ],
  ['mysql://me:x@tcp([::1]:3307)/app', { ...mysql, host: '::1', port: 3307, password: 'x' }],
];
test.each(good)('reads %s', (text, dsn) => {
  const { dsn: made, problems } = read(text);
  expect(problems.errors).toEqual([]);
  expect(made).toEqual(dsn);
});

const bad: readonly (readonly [string, string])[] = [
  ['CANARY', 'no scheme'],
  ['oracle://CANARY', 'unknown scheme'],
  ['postgres://u:CANARY@h/db', 'begins with postgres://'],
  ['cockroach://u:CANARY@h/db', 'not offered'],
  ['sqlite://', 'names no file'],
  ['sqlite:///a.db?mode=ro', 'nothing can be written'],
  ['sqlite:///a.db?mod=CANARY', 'option that is not known'],
  ['mysql://u:CANARY@tcp(h:3306)/db?ssl-mode=REQUIRED', 'option that is not known'],
  ['mysql://u:CANARY%3A@tcp(h:3306)/db', 'nothing is decoded'],
  ['mysql://u:CANARY@tcp(h:3306)', 'not a MySQL address'],
  ['mysql://u:CANARY@h:99999/db', 'not a MySQL address'],
  ['mysql://u:CANARY@tcp(h:3306)/', 'names no database'],
  ['mysql://u:CANARY@tcp(h:3306)/db?pool_min_conns=1', 'pool_min_conns'],
  ['mysql://u:CANARY@tcp(h:3306)/db?tls=skip-verify', 'tls'],
  ['mysql://u:%ZZCANARY@h/db', 'not a MySQL address'],
];
test.each(bad)('refuses %s and does not print it', (text, why) => {
  const { dsn, problems } = read(text);
  expect(dsn).toBeUndefined();
  expect(problems.errors.map(({ found }) => found).join()).toContain(why);
  expect(JSON.stringify(problems.errors)).not.toContain('CANARY');
});

test('options without effect are said', () => {
  expect(read('sqlite:///a.db?vfs=CANARY').problems.warnings).toHaveLength(1);
  expect(read('sqlite:///a.db?_fk=false&_busy_timeout=9').problems.warnings).toHaveLength(2);
  expect(read('mysql://u@tcp(h)/db?max_conns=many&readTimeout=3s').problems.warnings).toHaveLength(2);
  expect(read('mysql://u@tcp(h)/db?max_conns=many').dsn).toMatchObject({ maxConnections: 8 });
});
