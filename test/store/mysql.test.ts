import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createConnection, type Connection } from 'mysql2/promise';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createStore } from '../../src/store/knex/create-store.ts';
import type { StoreEvent } from '../../src/store/knex/connection.ts';
import type { Store } from '../../src/store/store.ts';
import { createDatabase } from '../support/mariadb.ts';
import { type MysqlDsn, mysqlDsn } from '../support/mariadb.ts';
import { clock, mysql, NOW, openStore, quiet, random, type Place } from './engines.ts';
import { credential, flow, identifier, identity } from './samples.ts';

describe('MySQL or MariaDB', () => {
  let at: Place;
  let dsn: MysqlDsn;
  let store: Store;
  let direct: Connection;
  beforeEach(async () => {
    at = await mysql.place();
    if (at.dsn.kind !== 'mysql') throw new Error('not MySQL');
    dsn = at.dsn;
    store = await openStore(dsn);
    const { host, port, user, password, database } = dsn;
    direct = await createConnection({ host, port, user, password, database });
  });
  afterEach(async () => {
    await direct.end();
    await store.close();
    await at.remove();
  });

  const open = async (values: Partial<MysqlDsn>, watch?: (event: StoreEvent) => void | Promise<void>) =>
    await createStore({ ...dsn, ...values }, { clock, random, log: quiet, ...(watch && { watch }) });
  const insert = async (on: Store, row = flow()) => await on.transaction(async ({ flows }) => flows.insert(row));

  test('tells spellings apart whatever the collation of the database, and compares ids exactly', async () => {
    const other = await createDatabase();
    const target = mysqlDsn(other.url);
    await direct.query(`ALTER DATABASE ${other.name} CHARACTER SET latin1 COLLATE latin1_swedish_ci`);
    const swedish = await openStore(target);
    try {
      const spellings = ['a', 'A', 'á', 'a ', 'å', '\u{1F600}'];
      for (const each of spellings) {
        const taken = await swedish.transaction(async ({ identities }) =>
          identities.insert(identity(), [credential([each])]),
        );
        expect(taken, each).toBeUndefined();
      }
      const owners = spellings.map(async (each) => {
        const found = await swedish.identities.findByIdentifier('password', identifier(each));
        return found?.credential.identifiers[0];
      });
      expect(await Promise.all(owners)).toEqual(spellings);
      const [rows] = await direct.query(
        `SELECT table_name, engine, table_collation FROM information_schema.tables
         WHERE table_schema = ? AND table_name NOT IN ('knex_migrations', 'migration_lease')`,
        [other.name],
      );
      const tables = Array.isArray(rows) ? rows.map((row) => Object.values(row)) : [];
      expect(tables.length).toBeGreaterThan(10);
      for (const [, engine, collation] of tables) {
        expect([engine, collation]).toEqual(['InnoDB', expect.stringMatching(/^utf8mb4_(nopad|0900)_bin$/)]);
      }
    } finally {
      await swedish.close();
      await other.drop();
    }
  });

  test('begins every connection with our settings, whatever those of the server', async () => {
    await direct.query("SET GLOBAL sql_mode = ''");
    await direct.query("SET GLOBAL time_zone = '+05:00'");
    try {
      const lax = await open({});
      await insert(lax);
      const tooLong = lax.transaction(async ({ flows }) => flows.insert({ ...flow(), shape: 'x'.repeat(65) }));
      await expect(tooLong).rejects.toMatchObject({ errno: 1406 });
      await lax.close();
    } finally {
      await direct.query('SET GLOBAL sql_mode = DEFAULT');
      await direct.query('SET GLOBAL time_zone = DEFAULT');
    }
  });

  test('a deadlock is run again, and both transactions are stored', async () => {
    const [a, b] = [identity(), identity()];
    await store.transaction(async ({ identities }) => {
      await identities.insert(a, []);
      await identities.insert(b, []);
    });
    for (let round = 0; round < 5; round++) {
      let began = 0;
      const met = Promise.withResolvers<void>();
      const cross = async (first: typeof a, second: typeof a) => {
        let tries = 0;
        await store.transaction(async ({ identities }) => {
          tries += 1;
          const bump = async (which: typeof a) => {
            const found = await identities.find(which.id);
            if (found !== undefined) await identities.update(found, {});
          };
          await bump(first);
          began += 1;
          if (began >= 2) met.resolve();
          await met.promise;
          await bump(second);
        });
        return tries;
      };
      const tries = await Promise.all([cross(a, b), cross(b, a)]);
      expect(tries.toSorted((x, y) => x - y)[1]).toBeGreaterThan(1);
    }
  });

  test('a lock that is not let go of undoes the whole transaction and answers 503', async () => {
    const [held, other] = [identity(), identity()];
    await store.transaction(async ({ identities }) => identities.insert(held, []));
    await direct.beginTransaction();
    await direct.query('SELECT id FROM identities WHERE id = ? FOR UPDATE', [held.id]);
    const waiting = store.transaction(async ({ identities }) => {
      await identities.insert(other, []);
      await identities.update(held, {});
    });
    await expect(waiting).rejects.toMatchObject({ code: 'unavailable', retryAfter: 1 });
    await direct.rollback();
    expect(await store.identities.find(other.id)).toBeUndefined();
  });

  test.each([
    [1213, 'again'],
    [1205, 'again'],
    [1020, 'again'],
    [1290, 'lost'],
    [1836, 'lost'],
    [1047, 'lost'],
  ])('error %i before the commit runs the work again (%s)', async (errno) => {
    let tries = 0;
    const row = flow();
    await store.transaction(async ({ flows }) => {
      tries += 1;
      await flows.insert(row);
      if (tries < 3) throw Object.assign(new Error('injected'), { errno, code: 'ER_INJECTED' });
    });
    expect(tries).toBe(3);
    expect((await store.flows.find(row.id))?.id).toBe(row.id);
  });

  test('work that goes on failing is given up after ten tries', async () => {
    let tries = 0;
    const failing = store.transaction(async () => {
      tries += 1;
      await Promise.reject(Object.assign(new Error('injected'), { errno: 1213 }));
    });
    await expect(failing).rejects.toMatchObject({ code: 'unavailable' });
    expect(tries).toBe(10);
  });

  test('a connection that is killed before the commit is replaced', async () => {
    let tries = 0;
    const row = flow();
    const kill = async (): Promise<void> => {
      const [rows] = await direct.query(
        'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()',
      );
      for (const each of Array.isArray(rows) ? rows : []) await direct.query(`KILL ${Object.values(each)[0]}`);
    };
    await store.transaction(async ({ flows }) => {
      tries += 1;
      await flows.insert(row);
      if (tries === 1) await kill();
      await flows.find(row.id);
    });
    expect(tries).toBe(2);
    expect((await store.flows.find(row.id))?.id).toBe(row.id);
  });

  test.each(['before', 'after'] as const)(
    'a connection cut %s the server has committed is answered 503 and never run again',
    async (when) => {
      const proxy = await startProxy(dsn);
      let tries = 0;
      const row = flow();
      const events: string[] = [];
      const cut = await open({ host: '127.0.0.1', port: proxy.port, maxConnections: 1 }, ({ what }) => {
        events.push(what);
        if (what === 'commit' && tries === 1) proxy.cutOn(when);
      });
      const failing = cut.transaction(async ({ flows }) => {
        tries += 1;
        await flows.insert(row);
      });
      await expect(failing).rejects.toMatchObject({
        code: 'unavailable',
        reason: expect.stringContaining('during a commit'),
      });
      expect(tries).toBe(1);
      expect(events).not.toContain('committed');
      expect((await store.flows.find(row.id)) === undefined).toBe(when === 'before');
      tries = 0;
      await insert(cut);
      await cut.close();
      await proxy.stop();
    },
  );

  test('a server that is away is answered 503, and used again when it is back', async () => {
    const proxy = await startProxy(dsn);
    const row = flow();
    const away = await open({ host: '127.0.0.1', port: proxy.port });
    await away.ready();
    await proxy.stop();
    await expect(insert(away)).rejects.toMatchObject({ code: 'unavailable', status: 503, retryAfter: 1 });
    await expect(away.flows.find(row.id)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(away.ready()).rejects.toMatchObject({ code: 'unavailable' });
    const back = await startProxy(dsn, proxy.port);
    await insert(away, row);
    expect((await away.flows.find(row.id))?.id).toBe(row.id);
    await away.ready();
    await away.close();
    await back.stop();
  });

  test('a server that takes connections and never answers is given up', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(open({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'unavailable' });
    silent.close();
  });

  test('a used-up pool answers 503 in bounded time, while the probe still answers', async () => {
    const small = await open({ maxConnections: 2 });
    const release = Promise.withResolvers<void>();
    const holding = [1, 2].map(async () => await small.transaction(async () => await release.promise));
    const turnedAway = Promise.all(
      Array.from(
        { length: 20 },
        async () =>
          await small.flows.find(flow().id).then(
            () => 'found',
            (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
          ),
      ),
    );
    await small.ready();
    expect(new Set(await turnedAway)).toEqual(new Set(['unavailable']));
    release.resolve();
    await Promise.all(holding);
    expect(await small.flows.find(flow().id)).toBeUndefined();
    await small.close();
  });

  test('races end the same way under REPEATABLE READ', async () => {
    const person = identity({ traits: { n: 0 } });
    await store.transaction(async ({ identities }) => identities.insert(person, []));
    await direct.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await direct.beginTransaction();
    await direct.query('SELECT version FROM identities WHERE id = ?', [person.id]);
    const changed = await store.transaction(async ({ identities }) => identities.update(person, {}));
    expect(changed).toBeUndefined();
    const late = direct.query('UPDATE identities SET version = version + 1 WHERE id = ? AND version = 1', [person.id]);
    const outcome = await late.then(
      ([result]) => ('affectedRows' in result ? result.affectedRows : -1),
      () => 0, // 1020, where snapshots are isolated
    );
    await direct.rollback();
    expect(outcome).toBe(0);
    expect((await store.identities.find(person.id))?.version).toBe(2);
    expect((await store.limits.count('x', 1_000, NOW)).count).toBe(1);
  });
});

interface Proxy {
  readonly port: number;
  /** Cuts the connection that sends COMMIT, before the server sees it or after it has answered. */
  cutOn(when: 'before' | 'after'): void;
  stop(): Promise<void>;
}

async function startProxy(to: MysqlDsn, port = 0): Promise<Proxy> {
  let cutting: 'before' | 'after' | undefined;
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const upstream = connect(to.port, to.host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
    }
    let cutAnswer = false;
    client.on('data', (chunk) => {
      if (cutting !== undefined && chunk.includes('COMMIT')) {
        if (cutting === 'before') client.destroy();
        cutAnswer = cutting === 'after';
        const cut = cutting;
        cutting = undefined;
        if (cut === 'before') return;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (cutAnswer) client.destroy();
      else client.write(chunk);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cutOn: (when) => {
      cutting = when;
    },
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
