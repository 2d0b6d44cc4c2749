import { createHash, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Authenticator, createAuthenticator } from './authenticator.ts';
import { type BendName, bendsOf } from './bends.ts';
import type { CreationOptions, RequestOptions } from './ceremony.ts';
import type { Algorithm } from './key-pair.ts';

const creation: CreationOptions = {
  rp: { id: 'shop.example', name: 'Shop' },
  user: { id: Buffer.from('a handle').toString('base64url') },
  challenge: 'Y2hhbGxlbmdl',
  pubKeyCredParams: [{ alg: -7 }, { alg: -8 }, { alg: -257 }],
};
const request: RequestOptions = { rpId: 'shop.example', challenge: 'YW5vdGhlcg' };

const bytes = (text: string): Buffer => Buffer.from(text, 'base64url');
const sha256 = (of: string | Uint8Array): Buffer => createHash('sha256').update(of).digest();
const clientData = (answer: { response: { clientDataJSON: string } }): unknown =>
  JSON.parse(bytes(answer.response.clientDataJSON).toString());

describe('an authenticator in software', () => {
  test.each<Algorithm>(['ES256', 'RS256', 'EdDSA'])('signs with %s what its public key verifies', (algorithm) => {
    const authenticator = createAuthenticator({ algorithm });
    const made = authenticator.create({ publicKey: creation });
    const { id, response } = authenticator.get({ publicKey: request });
    expect(id).toBe(made.id);
    const signed = Buffer.concat([bytes(response.authenticatorData), sha256(bytes(response.clientDataJSON))]);
    const key = { key: bytes(made.response.publicKey), format: 'der', type: 'spki' } as const;
    const hash = algorithm === 'EdDSA' ? null : 'sha256';
    expect(verify(hash, signed, key, bytes(response.signature))).toBe(true);
  });

  test('writes what Web Authentication 6.1 and 5.8.1 say', () => {
    const authenticator = createAuthenticator({ aaguid: 'ab'.repeat(16), transports: ['usb'] });
    const made = authenticator.create(creation);
    expect(clientData(made)).toEqual({
      type: 'webauthn.create',
      challenge: creation.challenge,
      origin: 'https://shop.example',
      crossOrigin: false,
    });
    const data = bytes(made.response.authenticatorData);
    expect(data.subarray(0, 32)).toEqual(sha256('shop.example'));
    expect(data.readUInt8(32)).toBe(0b0100_0101);
    expect(data.subarray(37, 53).toString('hex')).toBe('ab'.repeat(16));
    expect(data.subarray(55, 55 + data.readUInt16BE(53)).toString('base64url')).toBe(made.id);
    // RFC 9053: an EC2 key on P-256 for ES256.
    expect(data.subarray(87, 97).toString('hex')).toBe('a5010203262001215820');
    const object = bytes(made.response.attestationObject).toString('latin1');
    expect(object.startsWith('\xa3cfmtdnonegattStmt\xa0hauthData\x58')).toBe(true);
    expect(made.response.transports).toEqual(['usb']);
  });

  test('counts only where it is told to', () => {
    const counting = createAuthenticator({ counter: 7 });
    counting.create(creation);
    const counters = [1, 2].map(() => bytes(counting.get(request).response.authenticatorData).readUInt32BE(33));
    const plain = createAuthenticator();
    plain.create(creation);
    expect([...counters, bytes(plain.get(request).response.authenticatorData).readUInt32BE(33)]).toEqual([8, 9, 0]);
  });

  test('finds a credential by the list, or one that it keeps for the site', () => {
    const resident = createAuthenticator();
    const first = resident.create(creation);
    const second = resident.create(creation);
    expect(resident.get(request).id).toBe(second.id);
    expect(resident.get({ ...request, allowCredentials: [{ id: first.id }] }).id).toBe(first.id);
    expect(() => resident.get({ ...request, rpId: 'other.example' })).toThrow('no credential');
    const key = createAuthenticator({ resident: false });
    const made = key.create(creation);
    expect(() => key.get(request)).toThrow('no credential');
    expect(key.get({ ...request, allowCredentials: [{ id: made.id }] }).response.userHandle).toBeUndefined();
  });

  test('refuses what it cannot do', () => {
    const authenticator = createAuthenticator({ resident: false, userVerification: false });
    const made = authenticator.create(creation);
    const create = (more: Partial<CreationOptions>) => () => authenticator.create({ ...creation, ...more });
    expect(create({ pubKeyCredParams: [{ alg: -257 }] })).toThrow('does not offer ES256');
    expect(create({ authenticatorSelection: { residentKey: 'required' } })).toThrow('keeps no credentials');
    expect(create({ authenticatorSelection: { userVerification: 'required' } })).toThrow('who touches it');
    expect(create({ excludeCredentials: [{ id: made.id }] })).toThrow('already');
    expect(() => authenticator.get({ ...request, userVerification: 'required' })).toThrow('who touches it');
  });

  test('bends its answers in more than twenty ways each', () => {
    expect([bendsOf('create').length, bendsOf('get').length].every((count) => count >= 20)).toBe(true);
  });

  test.each(bendsOf('create'))('create: %s changes the answer', (bend: BendName) => {
    const id = Buffer.alloc(32, 1);
    const authenticator = createAuthenticator();
    const differing = [authenticator.create(creation, { id, bend }), authenticator.create(creation, { id })].map(
      ({ response: { publicKey: _new, ...response }, ...rest }) => ({ ...rest, response: withoutKey(response) }),
    );
    expect(differing[0]).not.toEqual(differing[1]);
  });

  // Its signatures are the same for the same data.
  test.each(bendsOf('get').filter((bend) => !bend.startsWith('counter')))('get: %s changes the answer', (bend) => {
    const authenticator = createAuthenticator({ algorithm: 'EdDSA' });
    authenticator.create(creation);
    expect(authenticator.get(request)).toEqual(authenticator.get(request));
    expect(authenticator.get(request, { bend })).not.toEqual(authenticator.get(request));
  });

  test('get: a counter that went back, or stands still', () => {
    const authenticator = createAuthenticator({ counter: 5 });
    authenticator.create(creation);
    const counter = (bend?: BendName): number =>
      bytes(authenticator.get(request, { bend: bend ?? { of: ['get'] } }).response.authenticatorData).readUInt32BE(33);
    expect([counter(), counter('counter-again'), counter('counter-back')]).toEqual([6, 6, 6]);
    expect(() => createCounting(0).get(request, { bend: 'counter-back' })).toThrow('cannot go back');
  });

  test('lends a credential to a request that does not allow it, and another handle', () => {
    const authenticator = createAuthenticator();
    authenticator.create(creation);
    const [credential] = authenticator.credentials;
    const handle = Buffer.from('somebody else');
    const answer = authenticator.get(
      { ...request, allowCredentials: [{ id: 'bm9uZQ' }] },
      { userHandle: handle, ...(credential === undefined ? {} : { credential }) },
    );
    expect(answer.response.userHandle).toBe(handle.toString('base64url'));
  });
});

function createCounting(counter: number): Authenticator {
  const authenticator = createAuthenticator({ counter });
  authenticator.create(creation);
  return authenticator;
}

/** The new key of each credential differs; what is around it must, too. */
function withoutKey<R extends { readonly authenticatorData: string; readonly attestationObject: string }>(
  response: R,
): R {
  const cut = (text: string, from: number): string =>
    Buffer.concat([bytes(text).subarray(0, from), Buffer.from(String(bytes(text).length))]).toString('hex');
  return {
    ...response,
    authenticatorData: cut(response.authenticatorData, 97),
    attestationObject: cut(response.attestationObject, 127),
  };
}
