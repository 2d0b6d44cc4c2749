import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createAuthenticator } from './authenticator.ts';
import { oneTimeCode } from './one-time-code.ts';

test('the example of the guide runs', () => {
  const creationOptions = {
    rp: { id: 'example.org' },
    user: { id: 'YQ' },
    challenge: 'Y2hhbGxlbmdl',
    pubKeyCredParams: [{ alg: -7 }],
  };
  const requestOptions = { publicKey: { rpId: 'example.org', challenge: 'YW5vdGhlcg' } };

  // guide: from here
  // What the form of a flow holds: `passkey_create_data`, `webauthn_register_trigger`, `passkey_challenge` and so on.
  const key = createAuthenticator({ origin: 'https://login.example.org' });
  const created = key.create(creationOptions);
  const signedIn = key.get(requestOptions);
  const attacked = key.get(requestOptions, { bend: 'wrong-origin' });

  // The secret stands in the form, too.
  const code = oneTimeCode('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
  // guide: to here

  expect([signedIn.id, attacked.id]).toEqual([created.id, created.id]);
  expect(code).toMatch(/^\d{6}$/);
});

test('the guide shows that example', () => {
  const guide = readFileSync(new URL('../../../docs/guide/test-second-factors.md', import.meta.url), 'utf8');
  const shown = /```ts\n([\s\S]*?)```/.exec(guide)?.[1];
  const run = /\/\/ guide: from here\n([\s\S]*?) *\/\/ guide: to here/.exec(
    readFileSync(import.meta.filename, 'utf8'),
  )?.[1];
  expect(shown).toBe(run?.replaceAll(/^ {2}/gm, ''));
});
