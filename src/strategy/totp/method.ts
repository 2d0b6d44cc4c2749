import { credentialSealing } from '../credential-sealing.ts';
import { defineMethod } from '../method.ts';
import { createTotpLogin } from './login.ts';
import { createTotpSettings } from './settings.ts';
import { totpSection } from './settings-section.ts';
import { totpWire } from './totp-wire.ts';
import { holdsKey, TYPE } from './stored-uri.ts';

/** A one-time password of an authenticator app: a second factor. */
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
  lanes: ({ settings }) => (settings.enabled ? { login: { factor: 'second', first: ['spend'] }, settings: {} } : {}),
  credential: { type: TYPE, second: holdsKey },

  onDevice: true,
  wire: ({ config }) => totpWire(credentialSealing(config.secrets, TYPE)),

  types({ kind, event, holds }) {
    if (kind !== 'login' && kind !== 'settings') return undefined;
    if (event === 'strategy.reject') return { totp_code: '1' };
    const code = event.startsWith('accept.') ? holds.oneTimeCode() : undefined;
    return code === undefined ? undefined : { totp_code: code };
  },

  create({ schemas, identities, clock, random, log }, { name, settings, config }) {
    if (!settings.enabled) return { strategies: [] };
    const sealing = credentialSealing(config.secrets, TYPE);
    const issuer = settings.issuer ?? new URL(config.serve.public.baseUrl).hostname;
    return {
      strategies: [
        createTotpLogin({
          name,
          identities,
          sealing,
          clock,
          random,
          unreadable: ({ id }) =>
            log.warn('the secret of an authenticator app cannot be decrypted: its key is gone from the configuration', {
              identity: id,
            }),
        }),
        createTotpSettings({ name, issuer, schemas, identities, sealing, clock, random }),
      ],
    };
  },
});
