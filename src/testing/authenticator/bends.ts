import { randomBytes } from 'node:crypto';
import { type AttestedCredential, type AuthenticatorData, FLAG } from './authenticator-data.ts';
import { type Cbor, encodeCbor } from './cbor.ts';
import type { AssertionAnswer, RegistrationAnswer } from './ceremony.ts';
import { COSE_NUMBERS, coseKeyOf, type KeyPair, makeKeyPair, signWith } from './key-pair.ts';

export type Ceremony = 'create' | 'get';

/** What a browser says of the page (Web Authentication Level 3, 5.8.1). */
export interface ClientData {
  readonly type: string;
  readonly challenge: string;
  readonly origin: string;
  readonly crossOrigin: boolean;
  readonly topOrigin?: string;
}

/** One thing about an answer that is not as it should be: what it does with the parts of the answer, from the inside out. */
export interface Bend {
  readonly of: readonly Ceremony[];
  readonly clientData?: (data: ClientData) => ClientData;
  readonly clientDataText?: (text: string) => string;
  readonly authenticatorData?: (data: AuthenticatorData) => AuthenticatorData;
  readonly authenticatorBytes?: (bytes: Buffer) => Buffer;
  /** The attestation object, of a creation. */
  readonly attestation?: (object: Buffer, made: Made) => Buffer;
  /** Of a request; `made.signed` is what it signs. */
  readonly signature?: (signature: Buffer, made: Made) => Buffer;
  readonly answer?: <A extends RegistrationAnswer | AssertionAnswer>(answer: A) => A;
}

/** What the outer parts of an answer are made of. */
export interface Made {
  readonly key: KeyPair;
  readonly authenticatorData: Buffer;
  /** Authenticator data and the hash of the client data. */
  readonly signed: Buffer;
}

const BOTH: readonly Ceremony[] = ['create', 'get'];
const CREATE: readonly Ceremony[] = ['create'];
const GET: readonly Ceremony[] = ['get'];
const OTHER_TYPE: Readonly<Record<string, string>> = {
  'webauthn.create': 'webauthn.get',
  'webauthn.get': 'webauthn.create',
};

const flagged =
  (on: number, off = 0) =>
  (data: AuthenticatorData): AuthenticatorData => ({ ...data, flags: (data.flags | on) & ~off });

const counted =
  (less: number) =>
  (data: AuthenticatorData): AuthenticatorData => {
    if (data.counter < less) throw new Error('This counter cannot go back: make the authenticator with a higher one.');
    return { ...data, counter: data.counter - less };
  };

const attested =
  (change: Partial<AttestedCredential>) =>
  (data: AuthenticatorData): AuthenticatorData =>
    data.attested === undefined ? data : { ...data, attested: { ...data.attested, ...change } };

/** A map of fewer than 23 pairs with one more. */
function oneMore(map: Buffer, key: number | string, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([map.readUInt8(0) + 1]), map.subarray(1), encodeCbor(key), value]);
}

/**
 * The ways to bend an answer. A relying party refuses every one of them but those that its options allow: `user-unverified`
 * where verification is not required, `no-user-handle` where the person is known already.
 */
export const BENDS = {
  'wrong-challenge': {
    of: BOTH,
    clientData: (data) => ({ ...data, challenge: randomBytes(32).toString('base64url') }),
  },
  'short-challenge': { of: BOTH, clientData: (data) => ({ ...data, challenge: data.challenge.slice(0, 8) }) },
  'empty-challenge': { of: BOTH, clientData: (data) => ({ ...data, challenge: '' }) },
  'wrong-origin': { of: BOTH, clientData: (data) => ({ ...data, origin: 'https://shop.evil.test' }) },
  'longer-origin': { of: BOTH, clientData: (data) => ({ ...data, origin: `${data.origin}.evil.test` }) },
  'other-port': { of: BOTH, clientData: (data) => ({ ...data, origin: `${data.origin.replace(/:\d+$/, '')}:1` }) },
  'wrong-type': { of: BOTH, clientData: (data) => ({ ...data, type: OTHER_TYPE[data.type] ?? '' }) },
  'cross-origin': { of: BOTH, clientData: (data) => ({ ...data, crossOrigin: true }) },
  'framed-page': {
    of: BOTH,
    clientData: (data) => ({ ...data, crossOrigin: true, topOrigin: 'https://shop.evil.test' }),
  },
  'client-data-no-json': { of: BOTH, clientDataText: () => 'no JSON' },
  'client-data-null': { of: BOTH, clientDataText: () => 'null' },
  'wrong-rp': { of: BOTH, authenticatorData: (data) => ({ ...data, rpId: 'evil.test' }) },
  'user-absent': { of: BOTH, authenticatorData: flagged(0, FLAG.UP | FLAG.UV) },
  'user-unverified': { of: BOTH, authenticatorData: flagged(0, FLAG.UV) },
  'backed-up-though-not-eligible': { of: BOTH, authenticatorData: flagged(FLAG.BS, FLAG.BE) },
  'other-eligibility': { of: GET, authenticatorData: (data) => ({ ...data, flags: data.flags ^ FLAG.BE }) },
  'flag-of-missing-extensions': { of: BOTH, authenticatorData: flagged(FLAG.ED) },
  'flag-of-missing-credential': { of: GET, authenticatorData: flagged(FLAG.AT) },
  'no-flag-of-credential': { of: CREATE, authenticatorData: flagged(0, FLAG.AT) },
  'short-authenticator-data': { of: BOTH, authenticatorBytes: (bytes) => bytes.subarray(0, 30) },
  'long-authenticator-data': {
    of: BOTH,
    authenticatorBytes: (bytes) => Buffer.concat([bytes, Buffer.from([0xf6])]),
  },
  'empty-id': { of: CREATE, authenticatorData: attested({ id: Buffer.alloc(0) }) },
  'oversized-id': { of: CREATE, authenticatorData: attested({ id: Buffer.alloc(1024, 7) }) },
  'unoffered-algorithm': {
    of: CREATE,
    authenticatorData: (data) => attested({ publicKey: encodeCbor(coseKeyOf(makeKeyPair('ES384'))) })(data),
  },
  'algorithm-of-another-key': {
    of: CREATE,
    authenticatorData: (data) => {
      const key = new Map(coseKeyOf(makeKeyPair('RS256'))).set(3, COSE_NUMBERS.ES256);
      return attested({ publicKey: encodeCbor(key) })(data);
    },
  },
  'duplicate-key-in-public-key': {
    of: CREATE,
    authenticatorData: (data) =>
      attested({ publicKey: oneMore(Buffer.from(data.attested?.publicKey ?? []), 3, encodeCbor(COSE_NUMBERS.ES256)) })(
        data,
      ),
  },
  'trailing-cbor': { of: CREATE, attestation: (object) => Buffer.concat([object, Buffer.from([0xf6])]) },
  'truncated-cbor': { of: CREATE, attestation: (object) => object.subarray(0, -9) },
  'deep-cbor': {
    of: CREATE,
    attestation: (object) => oneMore(object, 'deep', Buffer.concat([Buffer.alloc(20_000, 0x81), Buffer.from([0x80])])),
  },
  'large-cbor': {
    of: CREATE,
    attestation: (object) => oneMore(object, 'large', encodeCbor(Buffer.alloc(70_000))),
  },
  'duplicate-key': { of: CREATE, attestation: (object) => oneMore(object, 'fmt', encodeCbor('none')) },
  'indefinite-length': {
    of: CREATE,
    attestation: (object) => Buffer.concat([Buffer.from([0xbf]), object.subarray(1), Buffer.from([0xff])]),
  },
  'self-attestation': {
    of: CREATE,
    attestation: (_object, { key, signed, authenticatorData }) =>
      encodeCbor(
        new Map<string, Cbor>([
          ['fmt', 'packed'],
          [
            'attStmt',
            new Map<string, Cbor>([
              ['alg', COSE_NUMBERS[key.algorithm]],
              ['sig', signWith(key, signed)],
            ]),
          ],
          ['authData', authenticatorData],
        ]),
      ),
  },
  'counter-back': { of: GET, authenticatorData: counted(2) },
  'counter-again': { of: GET, authenticatorData: counted(1) },
  'foreign-signature': { of: GET, signature: (_own, { signed, key }) => signWith(makeKeyPair(key.algorithm), signed) },
  'broken-signature': {
    of: GET,
    signature: (own) => Buffer.concat([own.subarray(0, -1), Buffer.from([own.readUInt8(own.length - 1) ^ 1])]),
  },
  'empty-signature': { of: GET, signature: () => Buffer.alloc(0) },
  'foreign-user-handle': {
    of: GET,
    answer: (answer) => ({
      ...answer,
      response: { ...answer.response, userHandle: randomBytes(32).toString('base64url') },
    }),
  },
  'no-user-handle': {
    of: GET,
    answer: (answer) => ({ ...answer, response: { ...answer.response, userHandle: undefined } }),
  },
  'unknown-credential': {
    of: GET,
    answer: (answer) => {
      const id = randomBytes(32).toString('base64url');
      return { ...answer, id, rawId: id };
    },
  },
  'two-ids': { of: BOTH, answer: (answer) => ({ ...answer, id: randomBytes(32).toString('base64url') }) },
  'no-public-key': { of: BOTH, answer: (answer) => ({ ...answer, type: 'password' }) },
  'padded-base64': {
    of: BOTH,
    answer: (answer) => ({
      ...answer,
      response: { ...answer.response, clientDataJSON: `${answer.response.clientDataJSON}=` },
    }),
  },
  'no-base64': {
    of: BOTH,
    answer: (answer) => ({ ...answer, response: { ...answer.response, clientDataJSON: '§§' } }),
  },
} as const satisfies Readonly<Record<string, Bend>>;

export type BendName = keyof typeof BENDS;

/** The names of those that mean something in a ceremony. */
export const bendsOf = (ceremony: Ceremony): readonly BendName[] =>
  (Object.keys(BENDS) as readonly BendName[]) // the keys of a literal
    .filter((name) => (BENDS[name].of as readonly Ceremony[]).includes(ceremony));
