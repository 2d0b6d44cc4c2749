import fc from 'fast-check';
import knex, { type Knex } from 'knex';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { must } from '../../src/kernel/error.ts';
import { databaseOf } from '../../src/store/knex/databases.ts';
import { createLease } from '../../src/store/knex/lease.ts';
import { knexConfig } from '../../src/store/knex/knex-config.ts';
import type { Store } from '../../src/store/store.ts';
import { durable, NOW, openPlace, type OpenPlace } from './engines.ts';
import { flow, identity, journal, message, secret, session, tokenHash } from './samples.ts';

const DAY = 86_400_000;
const RUNS = 8;

type Row = Readonly<Record<string, string | number | null>>;

/** A kind of row with an end: copies of a sample row whose key and end are set. */
interface Kind {
  readonly table: string;
  /** The column of its end. */
  readonly at: string;
  readonly key: (name: string) => Row;
  /** What else differs from the sample. */
  readonly with?: Row;
  /** What a pass does with a row that is due; it removes the row where nothing else is said. */
  readonly due?: 'cleared' | 'kept';
  /** A due row is overdue by at least so much, in milliseconds. */
  readonly overdue?: number;
}

/** An id of 36 characters, as all columns of ids take it. */
const id = (name: string): Row => ({ id: name.padEnd(36, '.') });

const KINDS: Readonly<Record<string, Kind>> = {
  session: {
    table: 'sessions',
    at: 'expires_at',
    key: (name) => ({ ...id(name), token_hash: name.padEnd(64, '.') }),
    with: { flow_id: null },
  },
  flow: { table: 'flows', at: 'expires_at', key: id, due: 'cleared' },
  'flow of yesterday': { table: 'flows', at: 'expires_at', key: id, overdue: DAY },
  'flow without content': { table: 'flows', at: 'expires_at', key: id, with: { state: '"over"' } },
  'flow with a follow phase': { table: 'flows', at: 'expires_at', key: id, with: { follow_due: NOW }, due: 'kept' },
  journal: { table: 'flow_journal', at: 'keep_until', key: id },
  vault: { table: 'vault', at: 'expires_at', key: (name) => ({ kind: name }) },
  error: { table: 'error_containers', at: 'expires_at', key: id },
  limit: { table: 'limits', at: 'ends_at', key: (name) => ({ key_hash: name }) },
  'message with a body': { table: 'outbox', at: 'clear_at', key: id, due: 'cleared' },
  'message of last month': { table: 'outbox', at: 'clear_at', key: id, overdue: 29 * DAY },
  'message without a body': { table: 'outbox', at: 'clear_at', key: id, with: { body: null } },
  'stand-in for a message': { table: 'outbox', at: 'clear_at', key: id, with: { channel: 'none' } },
};
/** Tables in an order in which they can be filled. */
const TABLES = ['identities', 'flows', 'flow_journal', 'one_time_secrets', 'vault', 'sessions', 'outbox', 'error_containers', 'limits']; // prettier-ignore

/** How many rows of a kind are due, and how many are not. */
const amount = fc.record({ due: fc.integer({ min: 0, max: 25 }), open: fc.integer({ min: 0, max: 4 }) });
const mixture = fc.record(Object.fromEntries(Object.keys(KINDS).map((name) => [name, amount])));

describe.each(durable)('$name', (engine) => {
  let at: OpenPlace;
  let store: Store;
  let sql: Knex;
  /** A row of each table; the flow and the identity among them are not due. */
  const samples = new Map<string, Row>();
  beforeAll(async () => {
    at = await openPlace(engine);
    ({ store } = at);
    sql = knex(knexConfig(at.dsn));
    await store.errors.put({ id: 'sample', error: { code: 404 }, createdAt: NOW, expiresAt: NOW + DAY });
    await store.limits.count('sample', DAY, NOW);
    const person = identity();
    const host = flow({ expiresAt: NOW + DAY });
    const made = session(person);
    await store.transaction(async (unit) => {
      await unit.identities.insert(person, []);
      await unit.flows.insert(host);
      await unit.flows.record(journal(host, { keepUntil: NOW + DAY }));
      await unit.secrets.put(secret(host));
      await unit.vault.put({ flowId: host.id, kind: 'hold', box: 'x', expiresAt: NOW + DAY });
      await unit.sessions.insert(made, tokenHash(made.id), { version: 1 }, undefined);
      await unit.outbox.put(message({ status: 'sent' }));
    });
    for (const table of TABLES) samples.set(table, { ...(await sql(table).first()) });
  });
  afterAll(async () => {
    await sql.destroy();
    await at.close();
  });
  beforeEach(reset);

  test('one pass removes any mixture of due rows in batches of any size, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(mixture, fc.integer({ min: 1, max: 30 }), async (amounts, batch) => {
        await reset();
        const wanted = await rows();
        for (const [name, { due, open }] of Object.entries(amounts)) {
          const kind = kindOf(name);
          for (let i = 0; i < due; i += 1) {
            const row = await insert(name, i, NOW - (kind.overdue ?? 0) - (i % 3) * 1_000);
            if (kind.due === 'kept') wanted.push(lineOf(kind.table, row));
            if (kind.due === 'cleared') wanted.push(lineOf(kind.table, { ...row, body: null, state: '"over"' }));
          }
          for (let i = due; i < due + open; i += 1) wanted.push(lineOf(kind.table, await insert(name, i, NOW + 1 + i)));
        }
        await store.sweep({ now: NOW, batch });
        expect(await rows()).toEqual(wanted.toSorted());
      }),
      { numRuns: RUNS },
    );
  }, 300_000);

  test('a flow takes its one-time secrets with it, except while it owes its follow phase', async () => {
    const [over, owed] = [flow({ expiresAt: NOW }), flow({ expiresAt: NOW, followDue: NOW })];
    const secrets = [secret(over), secret(owed)];
    await store.transaction(async (unit) => {
      for (const row of [over, owed]) await unit.flows.insert(row);
      for (const row of secrets) await unit.secrets.put(row);
    });
    await store.sweep({ now: NOW });
    const left = (await sql('one_time_secrets').select('id')).map((row: { readonly id: string }) => row.id);
    expect(left).toContain(secrets[1]?.id);
    expect(left).not.toContain(secrets[0]?.id);
  });

  test('what is left of a flow is what it began with, for a day after its end', async () => {
    const over = flow({ expiresAt: NOW, finished: true });
    await store.transaction(async (unit) => {
      await unit.flows.insert(over);
      await unit.secrets.put(secret(over));
      await unit.vault.put({ flowId: over.id, kind: 'hold', box: 'x', expiresAt: NOW + DAY });
    });
    await store.sweep({ now: NOW });
    const left = { ...over, state: 'over', context: {}, revision: over.revision + 1 };
    expect(await store.flows.findKept(over.id)).toEqual(left);
    expect(await store.flows.find(over.id)).toBeUndefined();
    for (const table of ['one_time_secrets', 'vault']) expect(await sql(table).where('flow_id', over.id)).toEqual([]);
    await store.sweep({ now: NOW + DAY - 1 });
    expect(await store.flows.findKept(over.id)).toEqual(left);
    await store.sweep({ now: NOW + DAY });
    expect(await store.flows.findKept(over.id)).toBeUndefined();
  });

  test('a submit that has read a flow does not bring it back', async () => {
    const over = flow({ expiresAt: NOW });
    await store.transaction((unit) => unit.flows.insert(over));
    await store.sweep({ now: NOW });
    const late = store.transaction((unit) => unit.flows.save({ ...over, revision: over.revision + 1 }));
    await expect(late).rejects.toMatchObject({ code: 'flow_moved' });
  });

  test('of several processes one removes: nothing is removed while another holds the lease', async () => {
    await insert('flow', 0, NOW);
    const before = await rows();
    const other = createLease(
      {
        sql,
        dialect: databaseOf(at.dsn).dialect,
        write: async (statement) => Number(await (statement as PromiseLike<unknown>)),
      },
      { name: 'sweep', length: 60_000 },
    );
    expect(await other.take()).toBe(true);
    expect(await store.sweep({ now: NOW })).toBe(0);
    expect(await rows()).toEqual(before);
    await other.release();
    expect(await store.sweep({ now: NOW })).toBe(1);
  });

  test('a pass that is broken off leaves the rest to the next one', async () => {
    for (let i = 0; i < 30; i += 1) await insert('flow', i, NOW);
    expect(await store.sweep({ now: NOW, batch: 10, signal: AbortSignal.abort() })).toBe(0);
    expect(await store.sweep({ now: NOW, batch: 10 })).toBe(30);
  });

  test('two passes at once keep a message for as long as one does', async () => {
    const row = await insert('message with a body', 0, NOW);
    await Promise.all([store.sweep({ now: NOW }), store.sweep({ now: NOW })]);
    const left: unknown = await sql('outbox')
      .where('id', row['id'] ?? '')
      .first();
    expect(left).toMatchObject({ body: null, clear_at: NOW + 29 * DAY });
  });

  async function insert(name: string, number: number, end: number): Promise<Row> {
    const { table, key, at: column, with: more } = kindOf(name);
    const row = { ...samples.get(table), ...key(`${name} ${number}`), ...more, [column]: end };
    await sql(table).insert(row);
    return row;
  }

  /** Every row, as a line of text. */
  async function rows(): Promise<string[]> {
    const found = await Promise.all(
      TABLES.map(async (table) => (await sql(table).select('*')).map((row: Row) => lineOf(table, row))),
    );
    return found.flat().toSorted();
  }

  async function reset(): Promise<void> {
    for (const table of TABLES.toReversed()) await sql(table).delete();
    for (const table of TABLES) await sql(table).insert(samples.get(table));
  }
});

const kindOf = (name: string): Kind => must(KINDS[name], name);

function lineOf(table: string, row: Row): string {
  const cleared = row[table === 'flows' ? 'state' : 'body'] === (table === 'flows' ? '"over"' : null);
  return `${table} ${row['id'] ?? row['key_hash'] ?? row['kind']}${cleared ? ', cleared' : ''}`;
}
