import { describe, expect, it } from 'vitest';
import { createAuthenticator } from '../../testing/authenticator/authenticator.ts';
import type { AuthenticatorSettings } from '../../testing/authenticator/settings.ts';
import { bendsOf, type BendName } from '../../testing/authenticator/bends.ts';
import type { CreationOptions, RequestOptions } from '../../testing/authenticator/ceremony.ts';
import type { FlowId, IdentityId } from '../../kernel/id.ts';
import type { Json } from '../../kernel/json.ts';
import { authenticatorHash, authenticatorsOf } from '../../identity/authenticators.ts';
import type { Credential } from '../../identity/identity.ts';
import { say } from '../../kernel/messages.ts';
import { verifyDigests } from '../../secret/token.ts';
import { parseAssertionAnswer, parseRegistrationAnswer } from './answer.ts';
import { issueChallenges, type CeremonyPlace, type Issued } from './challenge.ts';
import { creationOptions, requestOptions, type UserVerification } from './options.ts';
import { spendOf } from './spend-of.ts';
import { storedKeys, withUse, type StoredKey } from './stored-key.ts';
import { verifyAssertion, type Assertion } from './verify-assertion.ts';
import { storedForm, verifyRegistration, type Registered } from './verify-registration.ts';

const PARTY = {
  id: 'shop.example',
  displayName: 'Shop',
  origins: ['https://shop.example', 'https://login.shop.example'],
};
const ANY = { attestation: 'none', allow: new Set<string>(), deny: new Set<string>() } as const;
const PERSON = Buffer.from('0123456789abcdef');
const PLACE: CeremonyPlace = {
  ceremony: 'enrolment',
  method: 'webauthn',
  flowId: 'f' as FlowId, // a text of the test
  identityId: 'i' as IdentityId, // another
  revision: 2,
  begunAt: 1_000,
  now: 1_000,
};
const issuedFor = (more: Partial<CeremonyPlace> = {}, secrets = ['a secret of the test']): readonly Issued[] =>
  issueChallenges((purpose, text) => verifyDigests(secrets, purpose, text), { ...PLACE, ...more });
const ISSUED = issuedFor();
const ASKED = issuedFor({ ceremony: 'second_factor' });

const creation = (challenge: string, exclude: readonly StoredKey[] = []): { readonly publicKey: CreationOptions } =>
  creationOptions({
    party: PARTY,
    challenge,
    user: { handle: PERSON, name: 'ada@example.com', displayName: 'ada@example.com' },
    timeout: 120_000,
    selection: { userVerification: 'discouraged' },
    exclude,
    attestation: 'none',
  }) as unknown as { readonly publicKey: CreationOptions }; // what browsers take
const request = (challenge: string, allow: readonly StoredKey[]): { readonly publicKey: RequestOptions } =>
  requestOptions({ party: PARTY, challenge, timeout: 120_000, allow, userVerification: 'discouraged' }) as unknown as {
    readonly publicKey: RequestOptions;
  }; // what browsers take

/** A person with an authenticator. */
function person(settings: AuthenticatorSettings = {}) {
  const authenticator = createAuthenticator(settings);
  const register = async (
    bend?: BendName,
    { issued = ISSUED, verification = 'discouraged', rules = ANY, id }: Registering = {},
  ): Promise<Registered> => {
    const answer = authenticator.create(creation(ISSUED[0]?.challenge ?? ''), {
      ...(bend && { bend }),
      ...(id && { id }),
    });
    const parsed = parseRegistrationAnswer(JSON.stringify(answer));
    return await verifyRegistration(parsed?.answer ?? 'broken', {
      party: PARTY,
      issued,
      userVerification: verification,
      authenticators: rules,
      now: Date.now(),
    });
  };
  const assert = async (
    key: StoredKey,
    bend?: BendName,
    { issued = ASKED, verification = 'discouraged', discovers = false }: Asserting = {},
  ): Promise<Assertion> => {
    const answer = authenticator.get(request(ASKED[0]?.challenge ?? '', [key]), bend && { bend });
    return await verifyAssertion(parseAssertionAnswer(JSON.stringify(answer))?.answer ?? 'broken', {
      party: PARTY,
      issued,
      userVerification: verification,
      keys: [key],
      handles: [PERSON],
      discovers,
    });
  };
  return { authenticator, register, assert };
}
interface Registering {
  readonly issued?: readonly Issued[];
  readonly verification?: UserVerification;
  readonly rules?: {
    readonly attestation: 'none' | 'direct';
    readonly allow: ReadonlySet<string>;
    readonly deny: ReadonlySet<string>;
  };
  readonly id?: Uint8Array;
}
interface Asserting {
  readonly issued?: readonly Issued[];
  readonly verification?: UserVerification;
  readonly discovers?: boolean;
}

function stored(registered: Registered): StoredKey {
  if (!registered.ok) throw new Error(`refused: ${registered.why}`);
  const form: Json = storedForm(registered.key, { displayName: 'k', passwordless: false, now: 0 });
  const [key] = storedKeys({ config: { credentials: [form] } });
  if (key === undefined) throw new Error('What is stored is not read.');
  return key;
}

/** What these options let pass: nobody has to be verified, and the person is known already. */
const HARMLESS: ReadonlySet<BendName> = new Set(['user-unverified', 'no-user-handle']);

describe('a key is made and used', () => {
  it.each(['ES256', 'RS256', 'EdDSA'] as const)('by %s', async (algorithm) => {
    const { register, assert } = person({ algorithm, transports: ['usb', 'nfc'], counter: 7 });
    const key = stored(await register());
    expect(key).toMatchObject({
      signCount: 7,
      transports: ['usb', 'nfc'],
      passwordless: false,
      addedAt: '1970-01-01T00:00:00Z',
    });
    const used = await assert(key);
    expect(used).toMatchObject({ ok: true, signCount: 8 });
    expect(used.ok && withUse(key, used, 0)['authenticator']).toMatchObject({ sign_count: 8, clone_warning: false });
  });

  it('and an algorithm that nobody asked for is refused', async () => {
    const { register, authenticator } = person({ algorithm: 'ES384' });
    await expect(register()).rejects.toThrow('ES384');
    const options = creation(ISSUED[0]?.challenge ?? '').publicKey;
    const answer = authenticator.create({ ...options, pubKeyCredParams: [{ alg: -35 }] });
    const parsed = parseRegistrationAnswer(JSON.stringify(answer));
    const rules = {
      party: PARTY,
      issued: ISSUED,
      userVerification: 'discouraged',
      authenticators: ANY,
      now: 0,
    } as const;
    expect(await verifyRegistration(parsed?.answer ?? 'broken', rules)).toEqual({ ok: false, why: 'broken' });
  });

  it('and is not made a second time by the same authenticator', async () => {
    const { register, authenticator } = person();
    const key = stored(await register());
    expect(() => authenticator.create(creation(ISSUED[0]?.challenge ?? '', [key]))).toThrow('already');
  });
});

describe('one thing wrong with the answer', () => {
  const ofCreate = bendsOf('create').filter((bend) => !HARMLESS.has(bend));
  const ofGet = bendsOf('get').filter((bend) => !HARMLESS.has(bend));

  it('is told in more than twenty ways', () => {
    expect(new Set([...ofCreate, ...ofGet]).size).toBeGreaterThan(20);
  });

  it.each(ofCreate)('makes no key: %s', async (bend) => {
    const { register } = person({ counter: 100 });
    const answer = await register(bend);
    expect(answer.ok).toBe(false);
  });

  it.each(ofGet)('signs nobody in: %s', async (bend) => {
    const { register, assert } = person({ counter: 100 });
    const key = stored(await register());
    const answer = await assert(key, bend);
    expect(answer.ok).toBe(false);
  });

  it.each([...HARMLESS])('is none where it is not asked for: %s', async (bend) => {
    const { register, assert } = person();
    const key = stored(await register());
    expect((await assert(key, bend)).ok).toBe(true);
  });

  it('is that nobody was verified, or nobody told who it is, where the options require it', async () => {
    const { register, assert } = person();
    expect((await register('user-unverified', { verification: 'required' })).ok).toBe(false);
    const key = stored(await register());
    expect((await assert(key, 'user-unverified', { verification: 'required' })).ok).toBe(false);
    expect((await assert(key, undefined, { verification: 'required' })).ok).toBe(true);
    expect((await assert(key, 'no-user-handle', { discovers: true })).ok).toBe(false);
  });
});

describe('a credential id', () => {
  it.each([
    [1_023, true],
    [1_024, false],
  ])('of %i bytes', async (length, taken) => {
    const { register } = person();
    expect((await register(undefined, { id: Buffer.alloc(length, 7) })).ok).toBe(taken);
  });
});

describe('a counter', () => {
  it('that went back is told from a wrong signature', async () => {
    const { register, assert } = person({ counter: 10 });
    const key = stored(await register());
    const later = { ...key, signCount: 500 };
    expect(await assert(later)).toMatchObject({ ok: false, why: 'counter' });
    expect(await assert(later, 'broken-signature')).toMatchObject({ ok: false, why: 'broken' });
  });

  it('that is not kept stays 0', async () => {
    const { register, assert } = person();
    const key = stored(await register());
    expect(await assert(key)).toMatchObject({ ok: true, signCount: 0 });
    expect(await assert({ ...key, signCount: 1 })).toMatchObject({ ok: false, why: 'counter' });
  });
});

describe('what an assertion uses up', () => {
  it('is the count of its key, and what is stored of the others stays', async () => {
    const { register, assert } = person({ counter: 7 });
    const key = stored(await register());
    const other = { id: 'AAAA', public_key: 'AAAA' };
    const credential: Credential = {
      type: 'webauthn',
      identifiers: [],
      config: { credentials: [other, key.stored], user_handle: 'AAAA' },
      version: 1,
      createdAt: 0,
      updatedAt: 0,
    };
    const asserted = await assert(key);
    const spend = asserted.ok && spendOf(credential, asserted, { message: say(4000008), now: 5 });
    expect(spend).toMatchObject({
      type: 'webauthn',
      use: { type: 'webauthn', idHash: authenticatorHash(key.id), signCount: 8, at: 5 },
      to: { credentials: [other, { authenticator: { sign_count: 8 } }], user_handle: 'AAAA' },
    });
    expect(authenticatorsOf(credential).map(({ signCount }) => signCount)).toEqual([0, 7]);
    expect(authenticatorsOf({ ...credential, type: 'password' })).toEqual([]);
  });
});

describe('a key stored without flags', () => {
  it('takes them from its first answer', async () => {
    const { register, assert } = person({ synchronized: true });
    const registered = stored(await register());
    const { flags: _, ...old } = registered.stored;
    const [key] = storedKeys({ config: { credentials: [old] } });
    if (key === undefined) throw new Error('It is a key without flags, too.');
    const used = await assert(key);
    expect(used.ok && withUse(key, used, 0)['flags']).toMatchObject({ backup_eligible: true, backup_state: true });
  });
});

describe('authenticators that may be enrolled', () => {
  const MODEL = 'ee882879-721c-4913-9775-3dfcce97072a';
  const settings = { aaguid: MODEL.replaceAll('-', '') };
  it('are not those on the list of denied ones', async () => {
    const rules = { ...ANY, deny: new Set([MODEL]) };
    expect(await person(settings).register(undefined, { rules })).toEqual({ ok: false, why: 'not_allowed' });
    expect((await person().register(undefined, { rules })).ok).toBe(true);
  });

  it('attest what they are, where there is a list of allowed ones', async () => {
    const rules = { attestation: 'direct', allow: new Set([MODEL]), deny: new Set<string>() } as const;
    expect(await person(settings).register(undefined, { rules })).toEqual({ ok: false, why: 'not_allowed' });
    expect(await person().register(undefined, { rules })).toEqual({ ok: false, why: 'not_allowed' });
  });
});

describe('a challenge', () => {
  it('is of its ceremony, method, flow, person and revision', () => {
    const others: readonly Partial<CeremonyPlace>[] = [
      { ceremony: 'second_factor' },
      { method: 'passkey' },
      { flowId: 'g' as FlowId }, // a text of the test
      { identityId: undefined },
      { revision: 3 },
    ];
    const all = [ISSUED, ...others.map((other) => issuedFor(other))].map(([first]) => first?.challenge);
    expect(new Set(all).size).toBe(all.length);
    expect(all.every((text) => Buffer.from(text ?? '', 'base64url').length === 32)).toBe(true);
  });

  it('of one ceremony is not taken by the other', async () => {
    const { register, assert } = person();
    expect(await register(undefined, { issued: ASKED })).toEqual({ ok: false, why: 'challenge' });
    const key = stored(await register());
    expect(await assert(key, undefined, { issued: ISSUED })).toEqual({ ok: false, why: 'challenge' });
  });

  it('is taken for five minutes at most, and its page has half of them at least', () => {
    const [first] = ISSUED;
    const takenAt = (after: number): boolean =>
      issuedFor({ now: PLACE.begunAt + after }).some(({ challenge }) => challenge === first?.challenge);
    expect([0, 149_999, 150_000, 299_999, 300_000].map(takenAt)).toEqual([true, true, true, true, false]);
    expect(issuedFor({ now: PLACE.begunAt + 149_999 })[0]).toEqual(first);
    expect(issuedFor({ now: PLACE.begunAt + 150_000 })[0]).not.toEqual(first);
  });

  it('of a login page lives for an hour at most', () => {
    const at = (after: number) => issuedFor({ ceremony: 'discovery', now: PLACE.begunAt + after }).length;
    expect([at(0), at(3_599_999), at(3_600_000)]).toEqual([1, 1, 0]);
  });

  it('outlives a new secret, and its handle with it', () => {
    const [old] = issuedFor({}, ['old']);
    expect(issuedFor({}, ['new', 'old'])).toContainEqual(old);
    expect(issuedFor({}, ['new', 'old'])[0]).not.toEqual(old);
  });
});
