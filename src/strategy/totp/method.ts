import { defineMethod } from '../method.ts';
import { totpSection } from './settings-section.ts';

/** A one-time password of an authenticator app: this build has no strategy for it yet, and counts credentials that were imported. */
export const totp = defineMethod({
  name: 'totp',
  section: totpSection,
  group: 'totp',
  personal: true,
  order: { login: 70, settings: 80 },
  texts: {
    section: ['Authenticator app', 'A second proof: a code that your phone makes.'],
    proof: 'authenticator app',
  },
  credential: {
    type: 'totp',
    second: ({ config: { totp_url: url } }) => typeof url === 'string' && url.startsWith('otpauth:'),
  },
});
