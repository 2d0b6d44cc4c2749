import { describe, expect, it, test } from 'vitest';
import { createAuthenticator } from '../../testing/authenticator/authenticator.ts';
import type { Bend } from '../../testing/authenticator/bends.ts';
import { parseRegistrationAnswer } from './answer.ts';
import { attesting, BATCH, LEAF, metadataFile, MODEL, ROOT } from './attestation.fixture.ts';
import { leadsTo, readMakers } from './makers.ts';
import { verifyRegistration, type Registered } from './verify-registration.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const CHALLENGE = Buffer.alloc(32, 7).toString('base64url');

/** What becomes of a key of this model, made with this attestation, where these rules hold. */
async function enrolled(
  bend: Bend | undefined,
  { file, model = MODEL, allow = [MODEL] }: { file?: string; model?: string; allow?: readonly string[] } = {},
): Promise<Registered> {
  const authenticator = createAuthenticator({ aaguid: model.replaceAll('-', '') });
  const answer = authenticator.create(
    {
      rp: { id: 'shop.example' },
      user: { id: 'AAAA' },
      challenge: CHALLENGE,
      pubKeyCredParams: [{ alg: -7 }],
    },
    bend && { bend },
  );
  return await verifyRegistration(parseRegistrationAnswer(JSON.stringify(answer))?.answer ?? 'broken', {
    party: { id: 'shop.example', displayName: 'Shop', origins: ['https://shop.example'] },
    issued: [{ challenge: CHALLENGE, handle: Buffer.alloc(32) }],
    userVerification: 'discouraged',
    authenticators: {
      attestation: 'direct',
      allow: new Set(allow),
      deny: new Set(),
      makers: file === undefined ? undefined : readMakers(file),
    },
    now: NOW,
  });
}

describe('a model that may be enrolled', () => {
  const notAllowed = { ok: false, why: 'not_allowed' };

  it('attests itself by its maker', async () => {
    expect(await enrolled(attesting(), { file: metadataFile() })).toMatchObject({
      ok: true,
      key: { attestationType: 'packed' },
    });
    // The maker's own file may name the batch.
    expect((await enrolled(attesting([LEAF]), { file: metadataFile({}, [BATCH]) })).ok).toBe(true);
  });

  it('is taken at its word where no file says otherwise', async () => {
    expect((await enrolled(attesting())).ok).toBe(true);
    expect(await enrolled(undefined)).toEqual(notAllowed);
  });

  it.each([
    ['by nobody', metadataFile({}, [])],
    ['as another model', metadataFile({ aaguid: MODEL.replace('ee', 'ff') })],
    ['though its keys are known', metadataFile({ statusReports: [{ status: 'ATTESTATION_KEY_COMPROMISE' }] })],
  ])('is not attested %s', async (_about, file) => {
    expect(await enrolled(attesting(), { file })).toEqual(notAllowed);
  });

  it('is another one than the certificate says, or on no list', async () => {
    const model = MODEL.replace('ee', 'ff');
    expect(await enrolled(attesting(), { file: metadataFile(), model, allow: [model] })).toEqual({
      ok: false,
      why: 'broken',
    });
    expect(await enrolled(attesting(), { file: metadataFile(), allow: [model] })).toEqual(notAllowed);
  });
});

describe('a path of certificates', () => {
  const bytes = (...path: readonly string[]) => path.map((each) => Buffer.from(each, 'base64'));
  const roots = readMakers(metadataFile())?.get(MODEL) ?? [];

  it.each([
    ['whole', [LEAF, BATCH], NOW, true],
    ['with its root', [LEAF, BATCH, ROOT], NOW, true],
    ['without the batch', [LEAF], NOW, false],
    ['upside down', [BATCH, LEAF], NOW, false],
    ['empty', [], NOW, false],
    ['of junk', [LEAF, 'AAAA'], NOW, false],
    ['too long', [LEAF, BATCH, BATCH, BATCH, BATCH, BATCH], NOW, false],
    ['before its time', [LEAF, BATCH], Date.parse('2019-12-31T00:00:00Z'), false],
    ['after its time', [LEAF, BATCH], Date.parse('2120-01-02T00:00:00Z'), false],
  ] as const)('%s', (_about, path, now, leads) => {
    expect(leadsTo(roots, bytes(...path), now)).toBe(leads);
  });
});

test('What is no file of a metadata service is none.', () => {
  for (const text of ['', 'a.b.c', '{}', `x.${Buffer.from('{}').toString('base64url')}.y`])
    expect(readMakers(text)).toBeUndefined();
});
