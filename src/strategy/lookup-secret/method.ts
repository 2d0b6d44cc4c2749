import { defineMethod } from '../method.ts';
import { lookupSecretSection } from './settings-section.ts';

/** A backup code: this build has no strategy for it yet, and counts credentials that were imported. */
export const lookupSecret = defineMethod({
  name: 'lookup_secret',
  section: lookupSecretSection,
  group: 'lookup_secret',
  personal: true,
  order: { login: 80, settings: 50 },
  texts: {
    section: ['Backup codes', 'For the day your second proof is out of reach. Each works once.'],
    proof: 'backup code',
  },
  credential: {
    type: 'lookup_secret',
    second: ({ config: { recovery_codes: codes } }) => Array.isArray(codes) && codes.length > 0,
  },
});
