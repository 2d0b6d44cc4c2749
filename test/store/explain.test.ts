import knex, { type Knex } from 'knex';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PreparedStatement } from '../../src/store/knex/connection.ts';
import { knexConfig } from '../../src/store/knex/knex-config.ts';
import type { Store } from '../../src/store/store.ts';
import { durable, NOW, openPlace, random, type OpenPlace } from './engines.ts';
import {
  address,
  credential,
  flow,
  flowId,
  identifier,
  identity,
  journal,
  message,
  secret,
  session,
  tokenHash,
} from './samples.ts';
import { multiply, tablesOf } from './multiply.ts';
import { hasPlan, scanOf } from './plans.ts';
import { seed } from './seed.ts';
import { startApp } from './serve.ts';
import { walkRoutes } from './walk.ts';

/** As many as an engine needs to choose what it would choose in earnest: 100,000 identities and what comes with them. */
const SEEDED = 500;
const COPIES = 199;

describe.each(durable)(
  '$name',
  (engine) => {
    let at: OpenPlace;
    let store: Store;
    let sql: Knex;
    const seen = new Map<string, PreparedStatement>();
    beforeAll(async () => {
      at = await openPlace(engine, ({ statement }) => {
        if (statement === undefined) return;
        seen.set(statement.text, statement);
      });
      ({ store } = at);
      sql = knex(knexConfig(at.dsn));
      await seed(store, SEEDED);
      await multiply(sql, COPIES);
      if (at.dsn.kind === 'mysql') await sql.raw(`ANALYZE TABLE ${(await tablesOf(sql)).join(', ')}`);
      seen.clear();
    }, 600_000);
    afterAll(async () => {
      await sql.destroy();
      await at.close();
    });

    test('there are 100,000 identities', async () => {
      const [row] = await sql('identities').count({ total: '*' });
      expect(Number(row?.['total'])).toBe(SEEDED * (COPIES + 1));
    });

    test('every statement of every route is served by an index', async () => {
      const app = await startApp(store);
      seen.clear();
      const { missed } = await walkRoutes(app);
      await app.close();
      expect(missed).toEqual([]);
      expect(await scans()).toEqual([]);
    });

    test('every statement of the store is served by an index', async () => {
      seen.clear();
      await everything(store);
      expect(await scans()).toEqual([]);
      expect([...seen.values()].filter(hasPlan).length).toBeGreaterThan(40);
    });

    async function scans(): Promise<readonly string[]> {
      const found: string[] = [];
      for (const statement of [...seen.values()].filter(hasPlan)) {
        const plan = await scanOf(sql, at.dsn, statement);
        if (plan !== undefined) found.push(`${statement.text}\n  ${plan}`);
      }
      return found;
    }

    test('the hot paths are one statement each', async () => {
      const hot: Readonly<Record<string, () => Promise<unknown>>> = {
        'session by token': async () => await store.sessions.findByToken(tokenHash('x')),
        'flow by id': async () => await store.flows.find(flowId()),
        'login by identifier': async () => await store.identities.findByIdentifier('password', identifier('x')),
      };
      for (const [name, work] of Object.entries(hot)) {
        seen.clear();
        await work();
        // Told apart by its text: a statement that the database undid and that ran again is one.
        expect([...seen.keys()], name).toHaveLength(1);
      }
    });
  },
  600_000,
);

/** Calls every method once, so that every kind of statement has been seen. */
async function everything(store: Store): Promise<void> {
  const email = `${random.uuid()}@example.org`;
  const person = identity({ externalId: random.uuid(), verifiableAddresses: [address(email)] });
  const row = flow({ identityId: person.id });
  const made = session(person);
  const mail = message();
  const after = { createdAt: NOW + 1, id: made.id };
  const page = { now: NOW, usedSince: NOW - 1, page: 1, size: 10 };

  await store.transaction(async (unit) => {
    await unit.identities.insert(person, [credential([email])]);
    await unit.identities.insert({ ...person, id: identity().id }, [credential([email])]);
    await unit.flows.insert(row);
    await unit.flows.hold(row.id, 1, NOW + 1, NOW);
    await unit.flows.amend(row, NOW + 1);
    await unit.flows.save({ ...row, revision: 2 });
    await unit.flows.claim(row.id, NOW, NOW);
    await unit.flows.record(journal(row));
    await unit.secrets.put(secret(row));
    await unit.secrets.use(row.id, 'login_code', [secret(row).digest, 'other'], NOW);
    await unit.secrets.dropOf(row.id, 'login_code');
    await unit.secrets.voidOf(person.id);
    await unit.vault.put({ flowId: row.id, kind: 'hold', box: 'x', expiresAt: NOW });
    await unit.vault.putIfAbsent({ flowId: row.id, kind: 'kept', box: 'x', expiresAt: NOW }, NOW);
    await unit.vault.consume(row.id, 'hold');
    await unit.sessions.insert(made, tokenHash(made.id), { version: 1 }, row.id);
    await unit.sessions.update(made, tokenHash(`${made.id}2`));
    await unit.sessions.extend(made.id, NOW);
    await unit.sessions.seen(made.id, NOW, NOW - 1);
    await unit.sessions.lock(person.id);
    await unit.sessions.endOldest(person.id, { most: 1, keep: made.id, now: NOW, usedSince: NOW - 1 });
    await unit.sessions.revokeOthers(person.id, made.id);
    await unit.sessions.endMany({ identities: [person.id] }, 'disable', 10);
    await unit.sessions.endMany({ sessions: [made.id] }, 'disable', 10);
    await unit.sessions.revoke(made.id);
    await unit.outbox.put(mail);
    await unit.setNote(person.id, 'plugin', 'key', 1);
    await unit.identities.replaceConfig(person.id, credential([email]), {});
    await unit.identities.takeStep(person.id, 'totp', 1);
    await unit.identities.useAuthenticator(person.id, {
      type: 'webauthn',
      idHash: 'a'.repeat(64),
      signCount: 1,
      at: NOW,
    });
    await unit.identities.findByCredentialId(Buffer.from('a'));
    await unit.identities.update(
      { ...person, verifiableAddresses: [address(`${email}.new`)] },
      { credentials: [credential([`${email}.new`])], removed: ['totp'] },
    );
  });
  const { identities, sessions, flows, outbox } = store;
  await identities.find(person.id);
  await identities.findExternal('x');
  await identities.credentials(person.id);
  await identities.findByIdentifier('password', identifier(email));
  await identities.whoHas([identifier(email), identifier('other')]);
  await identities.findByAddress('verifiable', 'email', email);
  await identities.list({ after: undefined, size: 10 });
  await identities.list({ after: person.id, size: 10 });
  await identities.listByOffset({ page: 1, size: 10 });
  await identities.countTo(10);
  await identities.findMany([person.id, identity().id]);
  const { next } = await identities.configsOf('password', { after: undefined, size: 10 });
  await identities.configsOf('password', { after: next, size: 10 });
  await identities.findByAnyIdentifier(email, 'exact', 10);
  await identities.findByAnyIdentifier(email, 'prefix', 10);
  await sessions.findByToken(tokenHash(made.id));
  await sessions.find(made.id);
  for (const active of [undefined, true, false]) {
    await sessions.listOf(person.id, { active, ...page });
    await sessions.listOf(person.id, { active, ...page, except: made.id });
    await sessions.list({ active, now: NOW, usedSince: NOW - 1, after: undefined, size: 10 });
    await sessions.list({ active, now: NOW, usedSince: NOW - 1, after, size: 10 });
  }
  await flows.find(row.id);
  await flows.journal(row.id);
  await flows.recent(undefined, 10);
  await flows.recent('m', 10);
  await flows.newest([row.id]);
  await flows.overdue(NOW, 10);
  await store.secrets.find(row.id, 'login_code', ['x', 'y']);
  await store.vault.find(flowId(), 'hold');
  await outbox.find(mail.id);
  for (const status of [undefined, 'queued', 'processing', 'sent'] as const) {
    for (const recipient of [undefined, 'x']) {
      await outbox.list({ status, recipient, after: undefined, size: 10 });
      await outbox.list({ status, recipient, after: { createdAt: NOW, id: mail.id }, size: 10 });
    }
  }
  const [taken] = await outbox.take('worker', 1, NOW, NOW + 1);
  const dispatch = {
    id: random.uuid(),
    messageId: mail.id,
    status: 'success',
    error: undefined,
    createdAt: NOW,
  } as const;
  await outbox.settle(taken?.id ?? mail.id, 'worker', { status: 'sent', dispatch, now: NOW });
  await store.limits.count('key', 1_000, NOW);
  await store.limits.count('key', 1_000, NOW);
  await store.limits.uncount('key', NOW);
  await store.transaction(({ limits }) => limits.clear(['key']));
  await store.errors.find('x');
  await store.sweep({ now: NOW + 1, batch: 10 });
  await store.transaction(async (unit) => {
    await unit.sessions.deleteOf(person.id);
    await unit.identities.delete(person.id);
  });
}
