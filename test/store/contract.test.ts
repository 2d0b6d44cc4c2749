import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OutboxMessage } from '../../src/courier/message.ts';
import { failedOutcome } from '../../src/flow/journal.ts';
import { authenticatorHash } from '../../src/identity/authenticators.ts';
import type { Credential, Identity } from '../../src/identity/identity.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { must, SallyportError } from '../../src/kernel/error.ts';
import type { Store } from '../../src/store/store.ts';
import { engines, NOW, openPlace, random } from './engines.ts';
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

const DAY = 86_400_000;

describe.each(engines)('$name', (engine) => {
  let store: Store;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ store, close } = await openPlace(engine));
  });
  afterAll(() => close());

  const name = (): string => `${random.uuid()}@example.org`;
  const insert = async (person: Identity, ...credentials: Parameters<typeof credential>[0][]) =>
    await store.transaction(async ({ identities }) =>
      identities.insert(
        person,
        credentials.map((each) => credential(each)),
      ),
    );

  describe('identities', () => {
    test('an identity comes back as it was stored', async () => {
      const email = name();
      const person = identity({
        externalId: random.uuid(),
        verifiableAddresses: [address(email)],
        recoveryAddresses: [{ id: random.uuid(), value: email, via: 'email', createdAt: NOW, updatedAt: NOW }],
        metadataPublic: ['a', 1, null],
      });
      expect(await insert(person, [email])).toBeUndefined();

      expect(await store.identities.find(person.id)).toEqual(person);
      expect(await store.identities.findExternal(person.externalId ?? '')).toEqual(person);
      expect(await store.identities.findByAddress('verifiable', 'email', email)).toEqual(person);
      expect(await store.identities.findByAddress('recovery', 'email', email)).toEqual(person);
      expect(await store.identities.findByAddress('recovery', 'sms', email)).toBeUndefined();
      expect(await store.identities.findByIdentifier('password', identifier(email))).toEqual({
        identity: person,
        credential: credential([email]),
      });
      expect(await store.identities.findByIdentifier('code', identifier(email))).toBeUndefined();
      expect(await store.identities.credentials(person.id)).toEqual([credential([email])]);
      expect(await store.identities.findMany([person.id, person.id])).toEqual([person]);
      expect(await store.identities.findMany([])).toEqual([]);
    });

    test('a new identity without a version begins with version 1', async () => {
      const person = identity({ version: 0 });
      await insert(person);
      expect((await store.identities.find(person.id))?.version).toBe(1);
    });

    test.each(['identifier', 'verifiable_address', 'recovery_address', 'external_id', 'id'] as const)(
      'a taken %s is named, and nothing of the loser is stored',
      async (what) => {
        const value = name();
        const holds = (): Partial<Identity> => {
          if (what === 'external_id') return { externalId: value.slice(0, 36) };
          if (what === 'verifiable_address') return { verifiableAddresses: [address(value)] };
          if (what !== 'recovery_address') return {};
          return { recoveryAddresses: [{ id: random.uuid(), value, via: 'email', createdAt: NOW, updatedAt: NOW }] };
        };
        const first = identity(holds());
        await insert(first, what === 'identifier' ? [value] : []);
        const second = identity({ ...holds(), ...(what === 'id' && { id: first.id }) });

        const taken = await insert(second, what === 'identifier' ? [value] : [name()]);

        const expected = { identifier: value, id: first.id, external_id: value.slice(0, 36) };
        expect(taken).toEqual({ kind: 'taken', what, value: what in expected ? expected[what as 'id'] : value });
        expect(await store.identities.findMany([first.id, second.id])).toEqual([first]);
      },
    );

    test('a change raises the version; another from the same reading is stale', async () => {
      const [before, after] = [name(), name()];
      const person = identity({ verifiableAddresses: [address(before)] });
      await insert(person, [before]);
      const changed = { ...person, traits: { email: after }, verifiableAddresses: [address(after)] };

      const update = async (which: Identity, identifiers: readonly string[]) =>
        await store.transaction(async ({ identities }) =>
          identities.update(which, { credentials: [credential(identifiers)] }),
        );
      expect(await update(changed, [after])).toBeUndefined();
      expect(await update(person, [before])).toBe('stale');

      expect(await store.identities.find(person.id)).toEqual({ ...changed, version: 2 });
      expect(await store.identities.findByIdentifier('password', identifier(before))).toBeUndefined();
      expect(await store.identities.findByAddress('verifiable', 'email', before)).toBeUndefined();
      expect((await store.identities.findByIdentifier('password', identifier(after)))?.identity.id).toBe(person.id);
      expect((await store.identities.findByAddress('verifiable', 'email', after))?.id).toBe(person.id);
    });

    test('a change to something taken changes nothing', async () => {
      const [mine, theirs] = [name(), name()];
      const person = identity();
      await insert(person, [mine]);
      await insert(identity(), [theirs]);
      const taken = await store.transaction(async ({ identities }) =>
        identities.update({ ...person, traits: {} }, { credentials: [credential([mine, theirs])] }),
      );
      expect(taken).toEqual({ kind: 'taken', what: 'identifier', value: theirs });
      expect(await store.identities.find(person.id)).toEqual(person);
      expect(await store.identities.credentials(person.id)).toEqual([credential([mine])]);
    });

    test('credentials that are not mentioned stay; removed ones go with their identifiers', async () => {
      const email = name();
      const person = identity();
      await insert(person, [email]);
      const totp = credential([person.id], { type: 'totp', config: { totp_url: 'otpauth://x' } });
      await store.transaction(async ({ identities }) => identities.update(person, { credentials: [totp] }));
      expect(await store.identities.credentials(person.id)).toEqual([credential([email]), totp]);
      const second = { ...person, version: 2 };
      await store.transaction(async ({ identities }) => identities.update(second, { removed: ['password'] }));
      expect(await store.identities.credentials(person.id)).toEqual([totp]);
      expect(await store.identities.whoHas([identifier(email)])).toBeUndefined();
    });

    test('an inactive identity is only changed where any state will do', async () => {
      const person = identity({ state: 'inactive' });
      await insert(person);
      const update = async (anyState: boolean) =>
        await store.transaction(async ({ identities }) => identities.update(person, { anyState }));
      expect(await update(false)).toBe('stale');
      expect(await update(true)).toBeUndefined();
    });

    test('a better hash replaces only the one that was read, and leaves the version', async () => {
      const email = name();
      const person = identity();
      await insert(person, [email]);
      const replace = async (of: string, to: string) =>
        await store.transaction(async ({ identities }) =>
          identities.replaceConfig(person.id, credential([email], { config: { hashed_password: of } }), {
            hashed_password: to,
          }),
        );
      expect(await replace('$argon2id$other', 'never')).toBe(false);
      expect((await store.identities.credentials(person.id))[0]?.config).toEqual({ hashed_password: '$argon2id$x' });
      expect(await replace('$argon2id$x', 'better')).toBe(true);
      expect((await store.identities.credentials(person.id))[0]?.config).toEqual({ hashed_password: 'better' });
      expect((await store.identities.find(person.id))?.version).toBe(1);
    });

    test('a time step is taken once, none before it after it, and none of another credential', async () => {
      const person = identity();
      await store.transaction(async ({ identities }) => identities.insert(person, [credential([], { type: 'totp' })]));
      const take = async (step: number, type = 'totp') =>
        await store.transaction(async ({ identities }) => identities.takeStep(person.id, type, step));
      expect([await take(7), await take(7), await take(6), await take(8)]).toEqual([true, false, false, true]);
      expect(await take(9, 'lookup_secret')).toBe(false);
      expect((await store.identities.find(person.id))?.version).toBe(1);
    });

    describe('authenticators', () => {
      const keyOf = (count = 0) => {
        const id = random.bytes(32);
        return {
          id,
          idHash: authenticatorHash(id),
          stored: { id: id.toString('base64'), authenticator: { sign_count: count } },
        };
      };
      const holding = (keys: readonly JsonObject[], type = 'webauthn') =>
        credential([], { type, config: { credentials: keys } });
      const change = async (person: Identity, credentials: readonly Credential[], removed: readonly string[] = []) =>
        await store.transaction(async ({ identities }) => {
          const now = must(await identities.find(person.id), 'The identity');
          return await identities.update(now, { credentials, removed });
        });
      const use = async (person: Identity, idHash: string, signCount: number, type = 'webauthn') =>
        await store.transaction(async ({ identities }) =>
          identities.useAuthenticator(person.id, { type, idHash, signCount, at: NOW }),
        );

      const ownerOf = async (id: Buffer) => {
        const found = await store.identities.findByCredentialId(id);
        return found && { identity: found.identity.id, type: found.credential.type };
      };

      test('come and go with the keys of credentials, and one of somebody else is taken', async () => {
        const [ada, bob] = [identity(), identity()];
        const [first, second] = [keyOf(), keyOf()];
        await store.transaction(async ({ identities }) => identities.insert(ada, [holding([first.stored])]));
        await store.transaction(async ({ identities }) => identities.insert(bob, []));
        expect(await ownerOf(first.id)).toEqual({ identity: ada.id, type: 'webauthn' });

        expect(await change(bob, [holding([first.stored], 'passkey')])).toEqual({
          kind: 'taken',
          what: 'authenticator',
          value: first.idHash,
        });
        expect(await store.identities.credentials(bob.id)).toEqual([]);

        await change(ada, [holding([second.stored])]);
        expect(await ownerOf(first.id)).toBeUndefined();
        expect(await change(bob, [holding([first.stored], 'passkey')])).toBeUndefined();
        expect(await ownerOf(first.id)).toEqual({ identity: bob.id, type: 'passkey' });

        await change(ada, [], ['webauthn']);
        expect(await ownerOf(second.id)).toBeUndefined();
        await store.transaction(async ({ identities }) => identities.delete(bob.id));
        expect(await ownerOf(first.id)).toBeUndefined();
      });

      test('an identity is not stored with the key of another', async () => {
        const key = keyOf();
        const [ada, bob] = [identity(), identity()];
        await store.transaction(async ({ identities }) => identities.insert(ada, [holding([key.stored])]));
        const answer = await store.transaction(async ({ identities }) =>
          identities.insert(bob, [holding([key.stored])]),
        );
        expect(answer).toMatchObject({ kind: 'taken', what: 'authenticator' });
        expect(await store.identities.find(bob.id)).toBeUndefined();
      });

      test('count on, or stay at 0', async () => {
        const person = identity();
        const [counts, stays] = [keyOf(3), keyOf()];
        await store.transaction(async ({ identities }) =>
          identities.insert(person, [holding([counts.stored, stays.stored])]),
        );
        const answers: boolean[] = [];
        for (const count of [3, 0, 10, 2, 10, 11]) answers.push(await use(person, counts.idHash, count));
        expect(answers).toEqual([false, false, true, false, false, true]);
        answers.length = 0;
        for (const count of [0, 0, 1, 0, 1]) answers.push(await use(person, stays.idHash, count));
        expect(answers).toEqual([true, true, true, false, false]);
        expect((await store.identities.find(person.id))?.version).toBe(1);
      });

      test('a key that stays keeps what it counted', async () => {
        const person = identity();
        const [key, other] = [keyOf(3), keyOf()];
        await store.transaction(async ({ identities }) => identities.insert(person, [holding([key.stored])]));
        await use(person, key.idHash, 10);
        await change(person, [holding([key.stored, other.stored])]);
        expect([await use(person, key.idHash, 9), await use(person, key.idHash, 11)]).toEqual([false, true]);
      });

      test('a key without a row gets one with its first use, and nobody uses the key of another', async () => {
        const [ada, bob] = [identity(), identity()];
        await insert(ada);
        await insert(bob);
        const { id, idHash } = keyOf();
        expect(await use(ada, idHash, 7)).toBe(true);
        expect(await ownerOf(id)).toBeUndefined();
        expect([await use(ada, idHash, 7), await use(bob, idHash, 8), await use(ada, idHash, 8)]).toEqual([
          false,
          false,
          true,
        ]);
      });
    });

    test('what an identity has goes with it', async () => {
      const email = name();
      const person = identity({ verifiableAddresses: [address(email)] });
      const own = flow({ kind: 'settings', identityId: person.id });
      await store.transaction(async (unit) => {
        await unit.identities.insert(person, [credential([email])]);
        await unit.sessions.insert(session(person), tokenHash(email), { version: 1 }, undefined);
        await unit.flows.insert(own);
        await unit.secrets.put(secret(own, { identityId: person.id }));
        await unit.vault.put({ flowId: own.id, kind: 'hold', box: 'x', expiresAt: NOW + 1 });
        await unit.setNote(person.id, 'plugin', 'key', { a: 1 });
        await unit.setNote(person.id, 'plugin', 'key', { a: 2 });
      });
      expect(await store.transaction(async ({ identities }) => identities.delete(person.id))).toBe(true);
      expect(await store.transaction(async ({ identities }) => identities.delete(person.id))).toBe(false);
      expect(await store.sessions.findByToken(tokenHash(email))).toBeUndefined();
      expect(await store.flows.find(own.id)).toBeUndefined();
      expect(await store.vault.find(own.id, 'hold')).toBeUndefined();
      expect(await insert(identity({ verifiableAddresses: [address(email)] }), [email])).toBeUndefined();
    });

    test('who has an identifier is told with all their credentials', async () => {
      const [email, subject] = [name(), `google:${random.uuid()}`];
      const person = identity();
      await store.transaction(async ({ identities }) =>
        identities.insert(person, [credential([email]), credential([subject], { type: 'oidc' })]),
      );
      expect(await store.identities.whoHas([identifier(name()), identifier(email)])).toEqual({
        id: person.id,
        types: ['oidc', 'password'],
      });
      expect(await store.identities.whoHas([])).toBeUndefined();
    });

    test('search finds identifiers exactly or by their beginning', async () => {
      const stem = random.uuid();
      const people = [identity(), identity()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
      for (const [i, person] of people.entries()) await insert(person, [`${stem}${i}@x.org`]);
      const ids = async (text: string, how: 'exact' | 'prefix') =>
        (await store.identities.findByAnyIdentifier(text, how, 10)).map(({ id }) => id);
      expect(await ids(stem, 'prefix')).toEqual(people.map(({ id }) => id));
      expect(await ids(stem, 'exact')).toEqual([]);
      expect(await ids(`${stem}1@x.org`, 'exact')).toEqual([people[1]?.id]);
      expect(await ids('%', 'prefix')).toEqual([]);
      expect(await store.identities.findByAnyIdentifier(stem, 'prefix', 1)).toHaveLength(1);
    });

    test('a search finds each person once, by whatever they sign in with, and as many as were asked for', async () => {
      const stem = random.uuid();
      const people = Array.from({ length: 6 }, () => identity());
      for (const [i, person] of people.entries())
        await store.transaction(async ({ identities }) =>
          identities.insert(person, [
            credential([`${stem}${i}@x.org`]),
            credential([`${stem}${i}@x.org`], { type: 'code' }),
          ]),
        );
      const ids = async (size: number) =>
        (await store.identities.findByAnyIdentifier(stem, 'prefix', size)).map(({ id }) => id);
      expect(await ids(10)).toEqual(people.map(({ id }) => id).toSorted());
      expect(new Set(await ids(4)).size).toBe(4);
    });

    test('the configurations of a type are read page by page, whatever else people have', async () => {
      const marks = [random.uuid(), random.uuid(), random.uuid()];
      for (const mark of marks) {
        await store.transaction(async ({ identities }) =>
          identities.insert(identity(), [
            credential([name()], { config: { mark } }),
            credential([name()], { type: 'code', config: { mark: 'of a code' } }),
          ]),
        );
      }
      const found: unknown[] = [];
      let pages = 0;
      let after: Parameters<Store['identities']['configsOf']>[1]['after'];
      do {
        const page = await store.identities.configsOf('password', { after, size: 2 });
        expect(page.configs.length).toBeLessThanOrEqual(2);
        found.push(...page.configs.map((config) => config['mark']));
        after = page.next;
        pages += 1;
      } while (after !== undefined);
      expect(pages).toBeGreaterThanOrEqual(3);
      expect(found).not.toContain('of a code');
      expect(
        found
          .map(String)
          .filter((mark) => marks.includes(mark))
          .toSorted(),
      ).toEqual(marks.toSorted());
    });

    test('lists go on where the page before ended', async () => {
      for (let i = 0; i < 3; i++) await insert(identity());
      const all = await store.identities.listByOffset({ page: 0, size: 1_000 });
      const seen: string[] = [];
      for (let after: Identity['id'] | undefined, more = true; more;) {
        const page = await store.identities.list({ after, size: 2 });
        seen.push(...page.items.map(({ id }) => id));
        after = page.next;
        more = after !== undefined;
      }
      expect(seen).toEqual(all.map(({ id }) => id));
      expect(seen).toEqual(seen.toSorted());
      expect((await store.identities.listByOffset({ page: 1, size: 2 }))[0]?.id).toBe(seen[2]);
    });

    test('identities are counted up to a number, and not beyond it', async () => {
      for (let i = 0; i < 3; i++) await insert(identity());
      const all = (await store.identities.listByOffset({ page: 0, size: 1_000 })).length;
      expect(await store.identities.countTo(all)).toBe(all);
      expect(await store.identities.countTo(all + 1)).toBe(all);
      expect(await store.identities.countTo(all - 1)).toBeUndefined();
    });
  });

  describe('texts', () => {
    const base = random.uuid();
    const spellings = ['a', 'A', '\u00e1', 'a ', 'a\u200b', '\u{1F600}', '\u{1F601}', 'a\u0301', 'ı', 'i', 'K', 'K'];

    test('identifiers are told apart to the last blank', async () => {
      const distinct = [...new Set(spellings)];
      for (const each of distinct) {
        expect(await insert(identity({ verifiableAddresses: [address(base + each)] }), [base + each])).toBeUndefined();
      }
      const owners = new Set<string>();
      for (const each of distinct) {
        const found = await store.identities.findByIdentifier('password', identifier(base + each));
        expect(found?.credential.identifiers).toEqual([base + each]);
        expect((await store.identities.findByAddress('verifiable', 'email', base + each))?.id).toBe(found?.identity.id);
        owners.add(found?.identity.id ?? '');
      }
      expect(owners.size).toBe(distinct.length);
      expect(await store.identities.findByIdentifier('password', identifier(`${base}a  `))).toBeUndefined();
    });

    test.each([
      ['a NUL', 'a\0b'],
      ['half a surrogate pair', 'a\ud800'],
      ['more than fits', 'x'.repeat(513)],
    ])('an identifier with %s is refused and found nowhere', async (_what, text) => {
      await expect(insert(identity(), [text])).rejects.toMatchObject({ code: 'bad_request' });
      await expect(insert(identity({ verifiableAddresses: [address(text)] }))).rejects.toMatchObject({
        code: 'bad_request',
      });
      expect(await store.identities.findByIdentifier('password', identifier(text))).toBeUndefined();
      expect(await store.identities.findByAddress('recovery', 'email', text)).toBeUndefined();
      expect(await store.identities.findByAnyIdentifier(text, 'prefix', 5)).toEqual([]);
      expect(await store.identities.whoHas([identifier(text)])).toBeUndefined();
      expect(await store.identities.findExternal(text)).toBeUndefined();
    });

    test('an identifier of 400 characters is stored whole', async () => {
      const long = random.uuid() + 'é'.repeat(364);
      await insert(identity(), [long]);
      expect((await store.identities.findByIdentifier('password', identifier(long)))?.credential.identifiers).toEqual([
        long,
      ]);
    });

    test('documents keep every character, NUL and half a surrogate pair included', async () => {
      const person = identity({ traits: { odd: 'a\0b\ud800\u{1F600} ' }, metadataPublic: '\udfff' });
      await insert(person);
      expect(await store.identities.find(person.id)).toEqual(person);
    });

    test('a value that is no primitive never reaches the database', async () => {
      const hostile: unknown = { toString: () => 'x', id: 1 };
      await expect(store.identities.find(hostile as Identity['id'])).rejects.toThrow(/primitives|must not be object/);
      await expect(store.identities.findByAddress('verifiable', hostile as 'email', 'x')).rejects.toThrow(
        /primitives|must not be object/,
      );
    });
  });

  describe('sessions', () => {
    const signIn = async (person: Identity, values: Parameters<typeof session>[1] = {}) => {
      const made = session(person, values);
      const token = tokenHash(made.id);
      const stale = await store.transaction(async ({ sessions }) =>
        sessions.insert(made, token, { version: person.version }, undefined),
      );
      return { made, token, stale };
    };

    test('a session is found by its token, with its identity', async () => {
      const person = identity();
      await insert(person);
      const { made, token, stale } = await signIn(person);
      expect(stale).toBeUndefined();
      expect(await store.sessions.findByToken(token)).toEqual({ session: made, identity: person });
      expect(await store.sessions.find(made.id)).toEqual({ session: made, identity: person });
      expect(await store.sessions.findByToken(tokenHash('other'))).toBeUndefined();
    });

    test('no session is issued from an old reading, or to an inactive identity', async () => {
      const person = identity();
      const inactive = identity({ state: 'inactive' });
      await insert(person);
      await insert(inactive);
      expect((await signIn({ ...person, version: 2 })).stale).toBe('stale');
      expect((await signIn(inactive)).stale).toBe('stale');
      expect(
        (
          await store.sessions.listOf(person.id, {
            active: undefined,
            now: NOW,
            usedSince: undefined,
            page: 0,
            size: 9,
          })
        ).total,
      ).toBe(0);
    });

    test('one flow issues one session', async () => {
      const person = identity();
      await insert(person);
      const of = flowId();
      const issue = async (token: string) =>
        await store.transaction(async ({ sessions }) =>
          sessions.insert(session(person), tokenHash(token), { version: 1 }, of),
        );
      await issue(random.uuid());
      await expect(issue(random.uuid())).rejects.toMatchObject({ code: 'flow_moved' });
    });

    test('a refresh puts a new token in place of the old one', async () => {
      const person = identity();
      await insert(person);
      const { made, token } = await signIn(person);
      const better = { ...made, aal: 'aal2' as const, authenticatedAt: NOW + 5 };
      const next = tokenHash(random.uuid());
      const update = async (which: typeof made, hash = next) =>
        await store.transaction(async ({ sessions }) => sessions.update(which, hash));
      expect(await update(better)).toBeUndefined();
      expect(await store.sessions.findByToken(token)).toBeUndefined();
      expect((await store.sessions.findByToken(next))?.session).toEqual(better);
      await store.transaction(async ({ sessions }) => sessions.revoke(made.id));
      expect(await update(better, tokenHash(random.uuid()))).toBe('stale');
    });

    test('only an active session is extended or revoked', async () => {
      const person = identity();
      await insert(person);
      const { made } = await signIn(person);
      await store.transaction(async ({ sessions }) => {
        expect(await sessions.extend(made.id, NOW + 2 * DAY)).toBe(true);
        expect(await sessions.revoke(made.id)).toBe(true);
        expect(await sessions.revoke(made.id)).toBe(false);
        expect(await sessions.extend(made.id, NOW + 3 * DAY)).toBe(false);
      });
      expect((await store.sessions.find(made.id))?.session).toEqual({
        ...made,
        active: false,
        expiresAt: NOW + 2 * DAY,
      });
    });

    test('the others are revoked and counted; deleting removes the rows', async () => {
      const person = identity();
      await insert(person);
      const own = [await signIn(person), await signIn(person), await signIn(person, { active: false })];
      const keep = must(own[0], 'session').made.id;
      expect(await store.transaction(async ({ sessions }) => sessions.revokeOthers(person.id, keep))).toBe(2);
      const of = async (active: boolean | undefined) =>
        await store.sessions.listOf(person.id, { active, now: NOW, usedSince: undefined, page: 0, size: 9 });
      expect((await of(true)).items.map(({ id }) => id)).toEqual([keep]);
      expect((await of(false)).total).toBe(2);
      expect(await store.transaction(async ({ sessions }) => sessions.deleteOf(person.id))).toBe(3);
      expect((await of(undefined)).total).toBe(0);
    });

    test('the oldest are ended until as many are left as may be', async () => {
      const person = identity();
      await insert(person);
      const own = [];
      for (const at of [0, 10, 20, 30]) own.push((await signIn(person, { issuedAt: NOW + at })).made.id);
      const unused = await signIn(person, { issuedAt: NOW + 5, authenticatedAt: NOW - DAY });
      const [oldest, second, third, newest] = own.map((id) => must(id, 'session'));
      const end = async (most: number) =>
        await store.transaction(async ({ sessions }) => {
          await sessions.lock(person.id);
          return sessions.endOldest(person.id, { most, keep: must(oldest, 'session'), now: NOW, usedSince: NOW - 1 });
        });
      expect(await end(3)).toEqual([second]);
      expect(await end(3)).toEqual([]);
      expect(new Set(await end(1))).toEqual(new Set([third, newest]));
      const { items } = await store.sessions.listOf(person.id, {
        active: true,
        now: NOW,
        usedSince: undefined,
        page: 0,
        size: 9,
      });
      expect(items.map(({ id }) => id)).toEqual([unused.made.id, oldest]);
    });

    test('a use is written down once within a time, and tells which sessions are active', async () => {
      const person = identity();
      await insert(person);
      const { made } = await signIn(person);
      const seen = async (now: number) => {
        await store.transaction(async ({ sessions }) => sessions.seen(made.id, now, now - 300));
        return (await store.sessions.find(made.id))?.session.lastSeenAt;
      };
      expect(await seen(NOW + 1_000)).toBe(NOW + 1_000);
      expect(await seen(NOW + 1_200)).toBe(NOW + 1_000);
      expect(await seen(NOW + 1_300)).toBe(NOW + 1_300);
      const total = async (active: boolean, usedSince: number) =>
        (await store.sessions.listOf(person.id, { active, now: NOW + 2_000, usedSince, page: 0, size: 9 })).total;
      expect([await total(true, NOW + 1_299), await total(false, NOW + 1_299)]).toEqual([1, 0]);
      expect([await total(true, NOW + 1_300), await total(false, NOW + 1_300)]).toEqual([0, 1]);
      await store.transaction(async ({ sessions }) => sessions.revoke(made.id));
      expect(await seen(NOW + 3_000)).toBe(NOW + 1_300);
    });

    test('lists are newest first, page by page, with the expired among the inactive', async () => {
      const person = identity();
      await insert(person);
      const times = [10, 30, 20, 20];
      for (const at of times) await signIn(person, { issuedAt: NOW + at, expiresAt: NOW + 1_000 + at });
      const { items, total } = await store.sessions.listOf(person.id, {
        active: true,
        now: NOW + 1_010,
        usedSince: undefined,
        page: 0,
        size: 2,
      });
      expect(total).toBe(3);
      expect(items.map(({ issuedAt }) => issuedAt - NOW)).toEqual([30, 20]);
      const except = must(items[0], 'session').id;
      const rest = await store.sessions.listOf(person.id, {
        active: undefined,
        now: NOW,
        usedSince: undefined,
        except,
        page: 1,
        size: 2,
      });
      expect(rest.total).toBe(3);
      expect(rest.items.map(({ issuedAt }) => issuedAt - NOW)).toEqual([10]);

      const mine = new Set(times.map((at) => NOW + at));
      const seen: number[] = [];
      for (let after: { createdAt: number; id: (typeof items)[0]['id'] } | undefined; ;) {
        const page = await store.sessions.list({ active: undefined, now: NOW, usedSince: undefined, after, size: 1 });
        const [last] = page;
        if (last === undefined) break;
        if (last.session.identityId === person.id) seen.push(last.createdAt);
        after = { createdAt: last.createdAt, id: last.session.id };
      }
      expect(seen).toEqual([30, 20, 20, 10].map((at) => NOW + at));
      expect(mine.size).toBe(3);
    });
  });

  describe('flows', () => {
    test('a flow comes back as it was stored', async () => {
      const row = flow({
        identityId: identity().id,
        sessionId: session(identity()).id,
        schemaId: 'x',
        refresh: true,
        followDue: NOW + DAY,
        busyUntil: NOW,
        state: 'done',
        context: { odd: 'a\0\ud800' },
      });
      await store.transaction(async ({ flows }) => flows.insert(row));
      expect(await store.flows.find(row.id)).toEqual(row);
      expect(await store.flows.find(flowId())).toBeUndefined();
    });

    test('a save moves on from the revision before, once', async () => {
      const row = flow();
      await store.transaction(async ({ flows }) => flows.insert(row));
      const next = { ...row, revision: 2, state: { sent: 'waiting' }, finished: true, identityId: identity().id };
      await store.transaction(async ({ flows }) => flows.save(next));
      const again = store.transaction(async ({ flows }) => flows.save({ ...next, state: 'lost' }));
      await expect(again).rejects.toMatchObject({ code: 'flow_moved' });
      expect(await store.flows.find(row.id)).toEqual(next);
    });

    test('what a refused submit shows is stored without a new revision, until another submit has moved on', async () => {
      const row = flow();
      const shown = { ...row, context: { messages: ['wrong'] }, updatedAt: NOW + 1 };
      const next = { ...row, revision: 2, state: 'done', finished: true };
      const amend = async (held?: number) =>
        await store.transaction(async ({ flows }) => await flows.amend({ ...shown, finished: true }, held));
      await store.transaction(async ({ flows }) => flows.insert(row));
      await amend();
      await amend();
      expect(await store.flows.find(row.id)).toEqual(shown);
      await store.transaction(async ({ flows }) => flows.save(next));
      await expect(amend()).rejects.toMatchObject({ code: 'flow_moved' });
      expect(await store.flows.find(row.id)).toEqual(next);
    });

    test('a refused submit ends its own hold of the row, and no other', async () => {
      const row = flow();
      await store.transaction(async ({ flows }) => flows.insert(row));
      await store.transaction(async ({ flows }) => flows.hold(row.id, 1, NOW + 10, NOW));
      await store.transaction(async ({ flows }) => flows.amend(row, undefined));
      const foreign = store.transaction(async ({ flows }) => flows.amend(row, NOW + 11));
      await expect(foreign).rejects.toMatchObject({ code: 'flow_moved' });
      expect((await store.flows.find(row.id))?.busyUntil).toBe(NOW + 10);
      await store.transaction(async ({ flows }) => flows.amend(row, NOW + 10));
      expect((await store.flows.find(row.id))?.busyUntil).toBeUndefined();
    });

    test('a row is held by one submit at a time', async () => {
      const row = flow();
      await store.transaction(async ({ flows }) => {
        await flows.insert(row);
        expect(await flows.hold(row.id, 2, NOW + 10, NOW)).toBe(false);
        expect(await flows.hold(row.id, 1, NOW + 10, NOW)).toBe(true);
        expect(await flows.hold(row.id, 1, NOW + 20, NOW + 9)).toBe(false);
        expect(await flows.hold(row.id, 1, NOW + 20, NOW + 10)).toBe(true);
      });
    });

    test('an overdue follow leg is taken up by one', async () => {
      const row = flow({ followDue: NOW - 5 });
      await store.transaction(async ({ flows }) => flows.insert(row));
      expect(await store.flows.overdue(NOW, 100)).toContain(row.id);
      const claim = async () => await store.transaction(async ({ flows }) => flows.claim(row.id, NOW - 5, NOW + 5));
      expect([await claim(), await claim()]).toEqual([true, false]);
      expect(await store.flows.overdue(NOW, 100)).not.toContain(row.id);
    });

    test('the journal is read from either side of a hand-over, in order', async () => {
      const [one, other] = [flow(), flow({ kind: 'registration' })];
      const rows = [
        journal(one, { at: NOW + 2, otherFlowId: other.id }),
        journal(one, {
          at: NOW + 1,
          method: undefined,
          outcome: failedOutcome({ code: 'hook_failed', reason: 'ü'.repeat(980) }),
        }),
      ];
      await store.transaction(async ({ flows }) => {
        for (const row of rows) await flows.record(row);
      });
      expect(await store.flows.journal(one.id)).toEqual(rows.toReversed());
      expect(await store.flows.journal(other.id)).toEqual(rows.slice(0, 1));
    });
  });

  test('the journal of all flows is read newest first, page by page, and knows the newest row of each flow', async () => {
    const [one, other] = [flow(), flow({ kind: 'registration' })];
    // Later than whatever else this database holds.
    const at = ['zz1', 'zz2', 'zz3', 'zz4'].map((time) => `${time}-${one.id}`);
    const rows = [one, other, one, other].map((of, i) => journal(of, { id: at[i] ?? '', at: NOW + i }));
    await store.transaction(async ({ flows }) => {
      for (const row of rows) await flows.record(row);
    });
    const first = await store.flows.recent(undefined, 3);
    expect(first).toEqual(rows.toReversed().slice(0, 3));
    const [next] = await store.flows.recent(first.at(-1)?.id, 1);
    expect(next).toEqual(rows[0]);
    expect(await store.flows.newest([one.id, other.id])).toEqual(new Set([at[2], at[3]]));
    expect(await store.flows.newest([])).toEqual(new Set());
  });

  describe('secrets and the vault', () => {
    test('a code is used once, in time, for its flow and purpose only', async () => {
      const row = flow();
      const code = secret(row);
      await store.transaction(async ({ flows, secrets }) => {
        await flows.insert(row);
        await secrets.put(code);
      });
      const use = async (digests = ['other', code.digest], purpose = code.purpose, now = NOW, of = row.id) =>
        await store.transaction(async ({ secrets }) => secrets.use(of, purpose, digests, now));
      expect(await use(['other'])).toBeUndefined();
      expect(await use([])).toBeUndefined();
      expect(await use(undefined, 'recovery_code')).toBeUndefined();
      expect(await use(undefined, undefined, code.expiresAt)).toBeUndefined();
      expect(await use(undefined, undefined, undefined, flowId())).toBeUndefined();
      expect(await use()).toEqual(code);
      expect(await use()).toBeUndefined();
    });

    test('a resend ends the earlier codes of its purpose', async () => {
      const row = flow();
      const [code, link] = [secret(row), secret(row, { purpose: 'recovery_link' })];
      await store.transaction(async ({ flows, secrets }) => {
        await flows.insert(row);
        await secrets.put(code);
        await secrets.put(link);
        await secrets.dropOf(row.id, 'login_code');
        expect(await secrets.use(row.id, 'login_code', [code.digest], NOW)).toBeUndefined();
        expect(await secrets.use(row.id, 'recovery_link', [link.digest], NOW)).toEqual(link);
      });
    });

    test('a vault entry stays where there is one, until its time is over', async () => {
      const row = flow();
      const entry = { flowId: row.id, kind: 'kept', box: 'one', expiresAt: NOW + 1 };
      await store.transaction(async ({ flows }) => flows.insert(row));
      const keep = async (box: string, now: number) =>
        await store.transaction(async ({ vault }) => vault.putIfAbsent({ ...entry, box, expiresAt: now + 1 }, now));
      await keep('one', NOW);
      await keep('two', NOW);
      expect(await store.vault.find(row.id, 'kept')).toEqual(entry);
      await keep('three', NOW + 1);
      expect(await store.vault.find(row.id, 'kept')).toEqual({ ...entry, box: 'three', expiresAt: NOW + 2 });
    });

    test('a vault entry is replaced, and taken once', async () => {
      const row = flow();
      const entry = { flowId: row.id, kind: 'hold', box: 'one', expiresAt: NOW + 1 };
      await store.transaction(async ({ flows, vault }) => {
        await flows.insert(row);
        await vault.put(entry);
        await vault.put({ ...entry, box: 'two' });
      });
      expect(await store.vault.find(row.id, 'hold')).toEqual({ ...entry, box: 'two' });
      const consume = async () => await store.transaction(async ({ vault }) => vault.consume(row.id, 'hold'));
      expect([await consume(), await consume()]).toEqual([true, false]);
      expect(await store.vault.find(row.id, 'hold')).toBeUndefined();
    });

    test('what hangs on a flow that is gone is not stored', async () => {
      const orphan = store.transaction(async ({ secrets }) => secrets.put(secret(flow())));
      await expect(orphan).rejects.toMatchObject({ code: 'flow_moved' });
    });
  });

  describe('the outbox', () => {
    const put = async (...messages: ReturnType<typeof message>[]) => {
      await store.transaction(async ({ outbox }) => {
        for (const each of messages) await outbox.put(each);
      });
    };
    const drain = async () => {
      for (const { id } of await store.outbox.take('drain', 1_000, NOW, NOW + 1)) {
        await settle(id, 'drain', 'abandoned');
      }
    };
    const settle = async (
      id: ReturnType<typeof message>['id'],
      worker: string,
      status: 'sent' | 'queued' | 'abandoned',
    ) =>
      await store.outbox.settle(id, worker, {
        status,
        ...(status === 'queued' && { dueAt: NOW + 50 }),
        dispatch: {
          id: random.uuid(),
          messageId: id,
          status: status === 'sent' ? 'success' : 'failed',
          error: status === 'sent' ? undefined : 'refused',
          createdAt: NOW,
        },
        now: NOW,
      });

    test('a message is leased by one worker, comes back when the lease is over, and is settled once', async () => {
      await drain();
      const mail = message();
      await put(mail, message({ dueAt: NOW + 1_000 }));
      const [taken, ...more] = await store.outbox.take('one', 10, NOW, NOW + 100);
      expect(more).toEqual([]);
      expect(taken).toMatchObject({ id: mail.id, status: 'processing', body: mail.body, data: mail.data });
      expect(await store.outbox.take('two', 10, NOW, NOW + 100)).toEqual([]);
      expect(await store.outbox.take('two', 10, NOW + 101, NOW + 200)).toHaveLength(1);
      expect(await settle(mail.id, 'one', 'sent')).toBe(false);
      expect(await settle(mail.id, 'two', 'queued')).toBe(true);
      expect(await settle(mail.id, 'two', 'sent')).toBe(false);
      expect(await store.outbox.take('three', 10, NOW + 49, NOW + 100)).toEqual([]);
      expect(await store.outbox.take('three', 1, NOW + 50, NOW + 100)).toHaveLength(1);
      expect(await settle(mail.id, 'three', 'sent')).toBe(true);
      const found = must(await store.outbox.find(mail.id), 'message');
      expect(found.message).toMatchObject({ status: 'sent', sendCount: 2, recipient: mail.recipient });
      expect(Object.fromEntries(found.dispatches.map(({ status, error }) => [status, error]))).toEqual({
        failed: 'refused',
        success: undefined,
      });
    });

    test('lists are newest first, by status and recipient', async () => {
      await drain();
      const recipient = name();
      const sent = [1, 3, 2, 2].map((at) => message({ recipient, createdAt: NOW + at }));
      await put(...sent, message());
      const list = async (values: object) =>
        await store.outbox.list({ status: undefined, recipient, after: undefined, size: 10, ...values });
      const all = await list({});
      expect(all.map(({ createdAt }) => createdAt - NOW)).toEqual([3, 2, 2, 1]);
      const second = must(all[1], 'message');
      expect(await list({ after: second })).toEqual(all.slice(2));
      expect(await list({ size: 1 })).toEqual(all.slice(0, 1));
      expect(await list({ status: 'sent' })).toEqual([]);
      expect(await list({ status: 'queued' })).toEqual(all);
      await store.outbox.take('one', 1, NOW, NOW + 1_000);
      const states = [await list({ status: 'queued' }), await list({ status: 'processing' })];
      expect(states.map(({ length }) => length).reduce((a, b) => a + b)).toBe(4);
      expect(
        await store.outbox.list({ status: 'processing', recipient: undefined, after: undefined, size: 9 }),
      ).toHaveLength(1);
    });

    test('a newer message of a flow takes the place of an older one that waits, and of nothing else', async () => {
      await drain();
      const recipient = name();
      const flowId = random.uuid();
      const one = message({ recipient, flowId });
      const others = [
        message({ recipient, flowId: random.uuid() }),
        message({ recipient: name(), flowId }),
        message({ recipient, flowId, template: 'recovery_code_valid' }),
        message({ recipient }),
      ];
      const newer = message({ recipient, flowId, createdAt: NOW + 1 });
      await put(one, ...others, newer);
      const states = async (...messages: readonly OutboxMessage[]) => {
        const found = await Promise.all(messages.map(async ({ id }) => must(await store.outbox.find(id), 'message')));
        return found.map(({ message: { status }, dispatches }) => [status, ...dispatches.map(({ error }) => error)]);
      };
      expect(await states(one)).toEqual([['abandoned']]);
      expect(await states(...others, newer)).toEqual([...others, newer].map(() => ['queued']));
      // What is being sent this moment is left to who sends it.
      expect((await store.outbox.take('one', 100, NOW, NOW + 100)).map(({ id }) => id)).toContain(newer.id);
      await put(message({ recipient, flowId, createdAt: NOW + 2 }));
      expect(await settle(newer.id, 'one', 'sent')).toBe(true);
      expect(await states(newer)).toEqual([['sent', undefined]]);
    });

    test('what waits is counted, with its age', async () => {
      await drain();
      const before = await store.outbox.depth();
      await put(message({ createdAt: NOW - 60_000 }));
      expect((await store.outbox.depth()).queued).toBe(before.queued + 1);
      expect((await store.outbox.depth()).oldestAge).toBeGreaterThanOrEqual(60_000);
    });

    test('since when a message is due that nobody holds is known', async () => {
      await drain();
      expect(await store.outbox.dueSince(NOW)).toBeUndefined();
      await put(message({ dueAt: NOW + 5 }));
      await put(message({ dueAt: NOW - 10 }));
      await put(message({ dueAt: NOW - 20 }));
      expect(await store.outbox.dueSince(NOW)).toBe(NOW - 20);
      expect(await store.outbox.take('one', 1, NOW, NOW + 100)).toHaveLength(1);
      expect([await store.outbox.dueSince(NOW), await store.outbox.dueSince(NOW + 101)]).toEqual([NOW - 10, NOW - 20]);
    });

    test('texts with what no engine would give back are made readable', async () => {
      const odd = message({ subject: 'a\0b', body: 'c\ud800d \u{1F600}' });
      await put(odd);
      expect((await store.outbox.find(odd.id))?.message).toMatchObject({
        subject: 'a\uFFFDb',
        body: 'c\uFFFDd \u{1F600}',
      });
    });
  });

  describe('limits and errors', () => {
    test('tries count up to the end of their window, and begin anew after it', async () => {
      const key = random.uuid();
      const count = async (now: number) => await store.limits.count(key, 100, now);
      expect(await count(NOW)).toEqual({ count: 1, endsAt: NOW + 100 });
      expect(await count(NOW + 99)).toEqual({ count: 2, endsAt: NOW + 100 });
      expect(await count(NOW + 100)).toEqual({ count: 1, endsAt: NOW + 200 });
      await store.transaction(({ limits }) => limits.clear([key]));
      expect(await count(NOW + 101)).toEqual({ count: 1, endsAt: NOW + 201 });
    });

    test('tries of several keys are counted together, each in its own window', async () => {
      const [one, other, fresh] = [random.uuid(), random.uuid(), random.uuid()];
      await store.limits.count(one, 100, NOW);
      await store.limits.count(other, 100, NOW - 100);
      const counters = [one, other, fresh].map((keyHash) => ({ keyHash, windowMs: 50 }));
      const counted = [
        { count: 2, endsAt: NOW + 100 },
        { count: 1, endsAt: NOW + 50 },
        { count: 1, endsAt: NOW + 50 },
      ];
      expect(await store.limits.countAll(counters, NOW)).toEqual(counted);
      expect(await store.limits.readAll([fresh, one, 'nobody'], NOW)).toEqual([
        counted[2],
        counted[0],
        { count: 0, endsAt: NOW },
      ]);
      await store.transaction(({ limits }) => limits.clear([one, fresh]));
      expect((await store.limits.readAll([one, other, fresh], NOW)).map(({ count }) => count)).toEqual([0, 1, 0]);
    });

    test('of tries of the same keys at once none is lost, and each has its own number', async () => {
      const keys = [random.uuid(), random.uuid()];
      const counters = keys.map((keyHash) => ({ keyHash, windowMs: 100 }));
      const counted = await Promise.all(Array.from({ length: 12 }, () => store.limits.countAll(counters, NOW)));
      const numbers = keys.map((_, i) => counted.map((each) => each[i]?.count ?? 0).toSorted((a, b) => a - b));
      const twelve = Array.from({ length: 12 }, (_, n) => n + 1);
      expect(numbers).toEqual([twelve, twelve]);
    });

    test('a try is taken back, as long as its window is open and there is one', async () => {
      const key = random.uuid();
      await store.limits.uncount(key, NOW);
      await store.limits.count(key, 100, NOW);
      await store.limits.count(key, 100, NOW);
      await store.limits.uncount(key, NOW + 99);
      expect(await store.limits.read(key, NOW + 99)).toEqual({ count: 1, endsAt: NOW + 100 });
      await store.limits.uncount(key, NOW + 100);
      expect(await store.limits.read(key, NOW + 99)).toEqual({ count: 1, endsAt: NOW + 100 });
      for (let n = 0; n < 3; n += 1) await store.limits.uncount(key, NOW);
      expect(await store.limits.read(key, NOW)).toEqual({ count: 0, endsAt: NOW + 100 });
    });

    test('an error container comes back whole', async () => {
      const container = { id: random.uuid(), error: { code: 500, reason: 'x' }, createdAt: NOW, expiresAt: NOW + 1 };
      await store.errors.put(container);
      expect(await store.errors.find(container.id)).toEqual(container);
      expect(await store.errors.find('other')).toBeUndefined();
    });
  });

  describe('transactions', () => {
    test('what throws is undone as a whole', async () => {
      const person = identity();
      const failing = store.transaction(async ({ identities }) => {
        await identities.insert(person, []);
        expect(await identities.find(person.id)).toEqual(person);
        throw new SallyportError('hook_failed', 'on purpose');
      });
      await expect(failing).rejects.toMatchObject({ code: 'hook_failed' });
      expect(await store.identities.find(person.id)).toBeUndefined();
    });

    test('a part can be undone while the rest stays, inside another part too', async () => {
      const [outer, undone, inner, thrown] = [identity(), identity(), identity(), identity()];
      const result = await store.transaction(async (unit) => {
        await unit.identities.insert(outer, []);
        const first = await unit.tentatively(
          async () => {
            await unit.identities.insert(undone, []);
            return 'no';
          },
          (answer) => answer === 'no',
        );
        await unit.tentatively(
          async () => {
            await unit.identities.insert(inner, []);
            await unit
              .tentatively(
                async () => {
                  await unit.identities.insert(thrown, []);
                  throw new Error('on purpose');
                },
                () => false,
              )
              .catch(() => undefined);
          },
          () => false,
        );
        return first;
      });
      expect(result).toBe('no');
      const stored = await store.identities.findMany([outer.id, undone.id, inner.id, thrown.id]);
      expect(stored.map(({ id }) => id)).toEqual([outer.id, inner.id].toSorted());
    });

    test('nothing can be written through a transaction that is over', async () => {
      const kept = await store.transaction(async (unit) => await Promise.resolve(unit));
      await expect(kept.identities.insert(identity(), [])).rejects.toThrow('over');
      let late: typeof kept | undefined;
      await store
        .transaction(async (unit) => {
          late = unit;
          await Promise.reject(new Error('on purpose'));
        })
        .catch(() => undefined);
      await expect(late?.flows.insert(flow())).rejects.toThrow('over');
    });

    test('what is undone later is never seen from outside', async () => {
      const person = identity();
      let reading: Promise<Identity | undefined> = Promise.resolve(undefined);
      const undone = store.transaction(async ({ identities }) => {
        await identities.insert(person, []);
        // In memory the read takes its turn after this; elsewhere it is answered now.
        reading = store.identities.find(person.id);
        await Promise.race([reading, new Promise((resolve) => setImmediate(resolve))]);
        throw new Error('on purpose');
      });
      await expect(undone).rejects.toThrow('on purpose');
      expect(await reading).toBeUndefined();
    });

    test('the store is ready', async () => {
      await expect(store.ready()).resolves.toBeUndefined();
    });
  });

  test('the sweep removes what is over, and nothing else, in small batches', async () => {
    const late = NOW + 40 * DAY;
    const person = identity();
    await insert(person);
    const [over, owed, open] = [flow(), flow({ followDue: NOW }), flow({ expiresAt: late + 1 })];
    const kept = session(person, { expiresAt: late + 1 });
    const gone = session(person);
    const mails = [message({ status: 'sent' }), message({ status: 'queued', dueAt: late + DAY })];
    await store.transaction(async (unit) => {
      for (const row of [over, owed, open]) await unit.flows.insert(row);
      await unit.secrets.put(secret(over));
      await unit.vault.put({ flowId: open.id, kind: 'hold', box: 'x', expiresAt: NOW });
      await unit.flows.record(journal(over));
      await unit.flows.record(journal(open, { keepUntil: late + 1 }));
      await unit.sessions.insert(kept, tokenHash(kept.id), { version: 1 }, undefined);
      await unit.sessions.insert(gone, tokenHash(gone.id), { version: 1 }, undefined);
      for (const mail of mails) await unit.outbox.put(mail);
    });
    const [sent, queued] = mails.map(({ id }) => id);
    const body = async (id: (typeof mails)[0]['id'] | undefined) =>
      id === undefined ? undefined : (await store.outbox.find(id))?.message.body;

    await store.sweep({ now: NOW + DAY, batch: 3 });
    expect(await body(sent)).toBe('');
    expect(await body(queued)).not.toBe('');

    await store.sweep({ now: late, batch: 3 });
    expect(await body(sent)).toBeUndefined();
    expect(await body(queued)).not.toBe('');
    expect(await store.flows.find(over.id)).toBeUndefined();
    expect((await store.flows.find(owed.id))?.id).toBe(owed.id);
    expect((await store.flows.find(open.id))?.id).toBe(open.id);
    expect(await store.flows.journal(over.id)).toEqual([]);
    expect(await store.flows.journal(open.id)).toHaveLength(1);
    expect(await store.vault.find(open.id, 'hold')).toBeUndefined();
    expect(await store.sessions.find(gone.id)).toBeUndefined();
    expect((await store.sessions.find(kept.id))?.session).toEqual(kept);
    expect((await store.identities.find(person.id))?.id).toBe(person.id);
  });
});
