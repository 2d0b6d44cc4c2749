import { setTimeout as sleep } from 'node:timers/promises';
import knex from 'knex';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { knexConfig } from '../../src/store/knex/knex-config.ts';
import { createStore } from '../../src/store/knex/create-store.ts';
import { type DatabaseServer, findMariadb, type MysqlDsn, mysqlDsn, startMariadb } from '../support/mariadb.ts';
import { clock, NOW, openStore, quiet, random } from './engines.ts';
import { credential, identifier, identity } from './samples.ts';

/** Every setting of a session that is known to change what our statements do, set the other way for the whole server. */
const HOSTILE = [
  "SET GLOBAL sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES,PIPES_AS_CONCAT'",
  "SET GLOBAL time_zone = '+05:00'",
  'SET GLOBAL innodb_lock_wait_timeout = 50',
  'SET GLOBAL autocommit = 0',
  'SET GLOBAL completion_type = 2',
  'SET GLOBAL foreign_key_checks = 0',
  'SET GLOBAL unique_checks = 0',
  'SET GLOBAL sql_safe_updates = 1',
  'SET GLOBAL sql_select_limit = 1',
  'SET GLOBAL sql_big_selects = 0',
  'SET GLOBAL max_join_size = 1',
  'SET GLOBAL wait_timeout = 1',
  'SET GLOBAL TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY',
];
/** Each of the two servers knows one of these. */
const LIMITS = ['SET GLOBAL max_statement_time = 0.5', 'SET GLOBAL max_execution_time = 500'];

describe('a server whose settings suit nobody', () => {
  let server: DatabaseServer;
  let dsn: MysqlDsn;
  beforeAll(async () => {
    const program = findMariadb();
    if (program === undefined) throw new Error('There is no mariadbd on this machine: run the tests by `npm test`.');
    server = await startMariadb(program, [
      '--character-set-server=latin1',
      '--loose-skip-character-set-client-handshake',
    ]);
    const connection = await createConnection(server.url);
    await connection.query('CREATE DATABASE hostile');
    for (const statement of HOSTILE) await connection.query(statement);
    const limited = await Promise.allSettled(LIMITS.map((statement) => connection.query(statement)));
    if (limited.every(({ status }) => status === 'rejected')) throw new Error('No limit on statements was set.');
    await connection.end();
    dsn = mysqlDsn(`${server.url}hostile`);
  });
  afterAll(() => server.stop());

  test('is used with the settings that every connection sets', async () => {
    const sql = knex(knexConfig(dsn));
    const [rows] = await sql.raw<[readonly Record<string, unknown>[]]>('SHOW SESSION VARIABLES');
    await sql.destroy();
    const found = new Map((rows ?? []).map((row) => [String(row['Variable_name']), row['Value']]));
    const wanted = {
      autocommit: 'ON',
      character_set_client: 'utf8mb4',
      character_set_connection: 'utf8mb4',
      character_set_results: 'utf8mb4',
      completion_type: 'NO_CHAIN',
      foreign_key_checks: 'ON',
      innodb_lock_wait_timeout: '2',
      sql_big_selects: 'ON',
      sql_safe_updates: 'OFF',
      time_zone: '+00:00',
      unique_checks: 'ON',
      wait_timeout: '28800',
    };
    expect(Object.fromEntries(Object.keys(wanted).map((name) => [name, found.get(name)]))).toEqual(wanted);
    expect(Number(found.get('sql_select_limit'))).toBeGreaterThan(1_000_000);
    expect(Number(found.get('max_statement_time') ?? found.get('max_execution_time'))).toBe(0);
    expect(found.get('transaction_isolation') ?? found.get('tx_isolation')).toBe('READ-COMMITTED');
    expect(found.get('transaction_read_only') ?? found.get('tx_read_only')).toBe('OFF');
    expect(String(found.get('sql_mode')).split(',')).not.toContain('NO_BACKSLASH_ESCAPES');
  });

  test('keeps what was written, in whole texts, and is ready after a rest', async () => {
    const store = await openStore(dsn);
    const names = [String.raw`back\slash`, `qu"o'te`, 'Ångström \u{1F600}'];
    const person = identity({ traits: { names } });
    await store.transaction(async ({ identities }) => identities.insert(person, [credential([`${names[2]}@x`])]));
    await store.ready();
    expect((await store.limits.count('one', 60_000, NOW)).count).toBe(1);
    await sleep(1_500); // the server would have closed an idle connection by now
    await store.ready();

    // Another connection sees what was committed.
    const other = await createStore(dsn, { clock, random, log: quiet });
    expect((await other.identities.find(person.id))?.traits).toEqual({ names });
    const found = await other.identities.findByIdentifier('password', identifier(`${names[2]}@x`));
    expect(found?.identity.id).toBe(person.id);
    expect((await other.limits.count('one', 60_000, NOW)).count).toBe(2);
    await Promise.all([store.close(), other.close()]);
  });
});
