import { verifyDigests } from '../../secret/token.ts';
import { credentialSealing } from '../credential-sealing.ts';
import { type Configured, defineMethod } from '../method.ts';
import { createLookupSecretLogin } from './login.ts';
import { createLookupSecretSettings } from './settings.ts';
import { lookupSecretSection, type LookupSecretSettings } from './settings-section.ts';
import { type CodeKeeping, TYPE } from './stored-codes.ts';
import { codesWire } from './wire.ts';

/** A backup code: a second factor for the day another one is out of reach. */
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
  lanes: ({ settings }) =>
    settings.enabled ? { login: { factor: 'second', first: ['spend'] }, settings: { shows: true } } : {},
  credential: {
    type: TYPE,
    second: ({ config: { recovery_codes: codes } }) => Array.isArray(codes) && codes.length > 0,
  },

  types({ kind, page, event, holds }) {
    if (kind === 'login') {
      const code = event === 'strategy.reject' ? 'none' : event.startsWith('accept.') ? holds.backupCode() : undefined;
      return code === undefined ? undefined : { lookup_secret: code };
    }
    if (kind !== 'settings') return undefined;
    if (event.startsWith('accept.'))
      return holds.shows('lookup_secret_confirm') ? { lookup_secret_confirm: true } : undefined;
    if (event === 'strategy.reject') return { lookup_secret_disable: true };
    // Codes are shown on the page that asked for them.
    return event === 'challenge.held' || event === `challenge.${page}` ? { lookup_secret_regenerate: true } : undefined;
  },

  wire: (about) => codesWire(keepingOf(about)),

  create({ identities, clock, random }, about) {
    const { name, settings } = about;
    if (!settings.enabled) return { strategies: [] };
    const keeping = keepingOf(about);
    return {
      strategies: [
        createLookupSecretLogin({ name, identities, keeping, clock, random }),
        createLookupSecretSettings({ name, reveal: settings.reveal, identities, keeping, clock, random }),
      ],
    };
  },
});

const keepingOf = ({ settings: { reveal }, config: { secrets } }: Configured<LookupSecretSettings>): CodeKeeping => ({
  digests: (purpose, code) => verifyDigests(secrets.cookie, purpose, code),
  sealing: reveal ? credentialSealing(secrets, TYPE) : undefined,
});
