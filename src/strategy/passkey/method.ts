import type { Credential } from '../../identity/identity.ts';
import { keysOf } from '../relying-party.ts';
import { defineMethod } from '../method.ts';
import { passkeySection } from './settings-section.ts';

/** A passkey: this build has no strategy for it yet, and counts credentials that were imported. */
export const passkey = defineMethod({
  name: 'passkey',
  section: passkeySection,
  group: 'passkey',
  personal: true,
  order: { login: 40, credentials: 40, registration: 40, settings: 70 },
  texts: { section: ['Passkeys', 'Sign in without a password.'], proof: 'passkey' },
  credential: {
    type: 'passkey',
    hinted: true,
    first: (credential) => (signsIn(credential) ? 1 : 0),
    remains: (credential) => signsIn(credential),
    shown: () => 1,
  },
});

const signsIn = (credential: Credential | undefined): boolean =>
  credential?.identifiers.some((identifier) => identifier !== '') === true && keysOf(credential).length > 0;
