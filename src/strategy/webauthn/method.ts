import type { Credential } from '../../identity/identity.ts';
import { keysWire } from '../ceremony/keys-wire.ts';
import { storedKeys } from '../ceremony/stored-key.ts';
import { defineMethod } from '../method.ts';
import { webAuthnSection } from './settings-section.ts';

/** A security key: this build has no strategy for it yet, and counts credentials that were imported. */
export const webAuthn = defineMethod({
  name: 'webauthn',
  section: webAuthnSection,
  group: 'webauthn',
  personal: true,
  order: { login: 30, credentials: 30, registration: 30, settings: 60 },
  texts: { section: ['Security keys', 'Sign in with a key you hold in your hand.'], proof: 'security key' },
  credential: {
    type: 'webauthn',
    hinted: true,
    first: (credential) => (signsIn(credential) ? 1 : 0),
    second: (credential) => storedKeys(credential).some(({ passwordless }) => !passwordless),
    remains: (credential) => signsIn(credential),
  },
  onDevice: true,
  wire: () => keysWire({ type: 'webauthn', byHandle: false }),
  identifiedBy: (extension) => extension.webauthn,
});

/** One key at least was made to sign in alone. */
const signsIn = (credential: Credential | undefined): boolean =>
  credential?.identifiers.some((identifier) => identifier !== '') === true &&
  storedKeys(credential).some(({ passwordless }) => passwordless);
