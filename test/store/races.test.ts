import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SallyportError } from '../../src/kernel/error.ts';
import type { Store } from '../../src/store/store.ts';
import { engines, NOW, openPlace, random } from './engines.ts';
import { address, credential, flow, identifier, identity, message, secret, session, tokenHash } from './samples.ts';

const MANY = 64;

describe.each(engines)('$name', (engine) => {
  let store: Store;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ store, close } = await openPlace(engine));
  });
  afterAll(() => close());

  const all = async <T>(count: number, work: (i: number) => Promise<T>) =>
    await Promise.all(Array.from({ length: count }, async (_, i) => await work(i)));

  test(`of ${MANY} people who take one identifier at once, one has it and the others leave nothing`, async () => {
    for (let round = 0; round < 4; round++) {
      const email = `${random.uuid()}@example.org`;
      const people = Array.from({ length: MANY }, () => identity({ verifiableAddresses: [address(email)] }));
      const results = await all(MANY, async (i) => {
        const person = people[i] ?? identity();
        return await store.transaction(async ({ identities }) => identities.insert(person, [credential([email])]));
      });
      const won = people.filter((_, i) => results[i] === undefined);
      expect(won).toHaveLength(1);
      expect(results.filter((each) => each?.kind === 'taken' && each.value === email)).toHaveLength(MANY - 1);
      expect(await store.identities.findMany(people.map(({ id }) => id))).toEqual(won);
      expect((await store.identities.findByIdentifier('password', identifier(email)))?.identity).toEqual(won[0]);
    }
  });

  test('of many changes from one reading one is stored', async () => {
    const person = identity();
    await store.transaction(async ({ identities }) => identities.insert(person, []));
    const results = await all(16, async (i) =>
      store.transaction(async ({ identities }) => identities.update({ ...person, traits: { i } }, {})),
    );
    expect(results.filter((each) => each === undefined)).toHaveLength(1);
    expect(results.filter((each) => each === 'stale')).toHaveLength(15);
    const stored = await store.identities.find(person.id);
    expect(stored?.version).toBe(2);
    expect(stored?.traits).toEqual({ i: results.indexOf(undefined) });
  });

  test('a read and a write of it lose no change when the reader asks again', async () => {
    const person = identity({ traits: { n: 0 } });
    await store.transaction(async ({ identities }) => identities.insert(person, []));
    const increment = async (): Promise<void> => {
      const result = await store.transaction(async ({ identities }) => {
        const found = await identities.find(person.id);
        if (found === undefined) throw new Error('gone');
        return await identities.update({ ...found, traits: { n: Number(found.traits['n']) + 1 } }, {});
      });
      if (result === 'stale') await increment();
    };
    await all(12, increment);
    expect((await store.identities.find(person.id))?.traits).toEqual({ n: 12 });
  });

  test('of many submits of one flow one moves it on', async () => {
    const row = flow();
    await store.transaction(async ({ flows }) => flows.insert(row));
    const results = await all(MANY, async (i) =>
      store
        .transaction(async ({ flows }) => flows.save({ ...row, revision: 2, context: { i } }))
        .then(
          () => 'saved',
          (error: unknown) => (error instanceof SallyportError ? error.code : error),
        ),
    );
    expect(results.filter((each) => each === 'saved')).toHaveLength(1);
    expect(results.filter((each) => each === 'flow_moved')).toHaveLength(MANY - 1);
    expect((await store.flows.find(row.id))?.context).toEqual({ i: results.indexOf('saved') });
  });

  test('a code and a vault entry are taken by one of many', async () => {
    const row = flow();
    const code = secret(row);
    await store.transaction(async ({ flows, secrets, vault }) => {
      await flows.insert(row);
      await secrets.put(code);
      await vault.put({ flowId: row.id, kind: 'hold', box: 'x', expiresAt: NOW });
    });
    const used = await all(16, async () =>
      store.transaction(async ({ secrets }) => secrets.use(row.id, code.purpose, [code.digest], NOW)),
    );
    const consumed = await all(16, async () => store.transaction(async ({ vault }) => vault.consume(row.id, 'hold')));
    expect(used.filter((each) => each !== undefined)).toEqual([code]);
    expect(consumed.filter(Boolean)).toHaveLength(1);
  });

  test('of many who spend one factor one does, and of many who keep something one is kept', async () => {
    const person = identity();
    const row = flow();
    const codes = credential([], { type: 'lookup_secret', config: { codes: ['a', 'b'] } });
    await store.transaction(async ({ identities, flows }) => {
      await identities.insert(person, [credential([], { type: 'totp' }), codes]);
      await flows.insert(row);
    });
    const steps = await all(16, async () =>
      store.transaction(async ({ identities }) => identities.takeStep(person.id, 'totp', 7)),
    );
    const spent = await all(16, async (i) =>
      store.transaction(async ({ identities }) => identities.replaceConfig(person.id, codes, { codes: [i] })),
    );
    const kept = await all(16, async (i) => {
      const entry = { flowId: row.id, kind: 'kept', box: `${i}`, expiresAt: NOW + 1 };
      await store.transaction(async ({ vault }) => vault.putIfAbsent(entry, NOW));
      return (await store.vault.find(row.id, 'kept'))?.box;
    });
    const used = await all(16, async () =>
      store.transaction(async ({ identities }) =>
        identities.useAuthenticator(person.id, { type: 'webauthn', idHash: 'a'.repeat(64), signCount: 7, at: NOW }),
      ),
    );
    expect([steps, spent, used].map((each) => each.filter(Boolean).length)).toEqual([1, 1, 1]);
    expect(new Set(kept).size).toBe(1);
  });

  test('a login and a change that revokes never leave a session of the old password', async () => {
    for (let round = 0; round < 12; round++) {
      const person = identity();
      await store.transaction(async ({ identities }) => identities.insert(person, []));
      const made = session(person);
      const [issued] = await Promise.all([
        store.transaction(async ({ sessions }) => sessions.insert(made, tokenHash(made.id), { version: 1 }, undefined)),
        store.transaction(async ({ identities, sessions }) => {
          await identities.update(person, {});
          await sessions.revokeOthers(person.id, undefined);
        }),
      ]);
      const found = await store.sessions.find(made.id);
      expect(found?.session.active ?? false).toBe(false);
      expect(found === undefined).toBe(issued === 'stale');
    }
  });

  test('1,000 tries at once are counted as 1,000', async () => {
    const key = random.uuid();
    const counts = await all(1_000, async () => (await store.limits.count(key, 60_000, NOW)).count);
    expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
  });

  test('a try stays counted when the transaction around it fails', async () => {
    const key = random.uuid();
    await store.limits.count(key, 60_000, NOW);
    await store.transaction(async () => await Promise.reject(new Error('on purpose'))).catch(() => undefined);
    expect((await store.limits.count(key, 60_000, NOW)).count).toBe(2);
  });

  test('each message goes to exactly one of many workers', async () => {
    const mails = Array.from({ length: 60 }, () => message());
    await store.transaction(async ({ outbox }) => {
      for (const mail of mails) await outbox.put(mail);
    });
    const taken: string[] = [];
    await all(4, async (worker) => {
      for (;;) {
        const won = await store.outbox.take(`w${worker}`, 7, NOW, NOW + 60_000);
        if (won.length === 0) return;
        taken.push(...won.map(({ id }) => id));
      }
    });
    expect(taken.toSorted()).toEqual(mails.map(({ id }) => id).toSorted());
  });
});
