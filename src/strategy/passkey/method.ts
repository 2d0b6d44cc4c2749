import type { Credential } from '../../identity/identity.ts';
import { keysWire } from '../ceremony/keys-wire.ts';
import { storedKeys } from '../ceremony/stored-key.ts';
import { loadMakers } from '../load-makers.ts';
import { findCredential } from '../find-credential.ts';
import { defineMethod, type Configured } from '../method.ts';
import type { MethodParts, SignInWay } from '../method-parts.ts';
import { doubtsOfParty, partyOf } from '../relying-party.ts';
import { displayNameTrait } from './display-name.ts';
import { createPasskeyLogin } from './login.ts';
import type { PasskeyParts } from './passkey-parts.ts';
import { createPasskeyRegistration } from './registration.ts';
import { createPasskeySettings } from './settings.ts';
import { passkeySection, type PasskeySettings } from './settings-section.ts';

const TYPE = 'passkey';

/** A key pair that a person's device or password manager keeps and finds by itself: a first factor. */
export const passkey = defineMethod({
  name: 'passkey',
  section: passkeySection,
  group: 'passkey',
  personal: true,
  order: { login: 40, credentials: 40, registration: 40, settings: 70 },
  texts: {
    section: [
      'Passkeys',
      'Sign in with your fingerprint, face or screen lock. Nothing to remember, nothing to give away.',
    ],
    proof: 'passkey',
  },
  lanes: ({ settings }) => (settings.enabled ? { login: { first: ['spend'] }, registration: {}, settings: {} } : {}),
  credential: {
    type: TYPE,
    hinted: true,
    first: (credential) => (signsIn(credential) ? 1 : 0),
    remains: (credential, { enabled }) => enabled && signsIn(credential),
    shown: (_identifiers, { enabled }) => (enabled ? 1 : 0),
  },
  onDevice: true,
  wire: () => keysWire({ type: TYPE, byHandle: true }),
  identifiedBy: (extension) => extension.passkeyName || extension.webauthn,

  doubts: ({ settings: { party }, config, schemas }) =>
    party === undefined
      ? []
      : [
          ...doubtsOfParty(party, config),
          ...schemas
            .list()
            .filter((schema) => displayNameTrait(schema) === undefined)
            .map(({ id }) => ({
              key: 'enabled',
              found: `the identity schema "${id}" flags no trait that names people: nobody with it is offered a passkey`,
              advice: 'flag one: "ory.sh/kratos": { "credentials": { "passkey": { "display_name": true } } }',
            })),
        ],

  types({ kind, event, person: { traits }, holds }) {
    if (event !== 'accept.passkey' && event !== 'challenge.held') return undefined;
    const answer = kind === 'login' ? holds.signature('passkey_challenge') : holds.newKey('passkey_create_data');
    if (answer === undefined) return undefined;
    if (kind === 'login') return { passkey_login: answer };
    return kind === 'settings' ? { passkey_settings_register: answer } : { traits, passkey_register: answer };
  },

  load: ({ authenticators }, sources) =>
    loadMakers('selfservice.methods.passkey.config.authenticators.metadata', authenticators, sources),

  create(parts, { loaded: makers, ...configured }) {
    const { settings } = configured;
    const about = { ...configured, settings: { ...settings, authenticators: { ...settings.authenticators, makers } } };
    const { party } = settings;
    if (!about.settings.enabled || party === undefined) return { strategies: [] };
    const own = {
      ...sharedParts(parts, about),
      party: partyOf(party, about.config),
      loginUrl: about.config.flows.login.uiUrl,
    };
    return {
      strategies: [
        createPasskeyLogin(own),
        createPasskeyRegistration(own),
        createPasskeySettings({ ...own, factors: parts.factors }),
      ],
      way: wayOf(parts),
    };
  },
});

const sharedParts = (
  { schemas, identities, random, codeDigests, webAuthnScript }: MethodParts,
  { name, settings }: Configured<PasskeySettings>,
): Omit<PasskeyParts, 'party' | 'loginUrl'> => ({
  name,
  settings,
  schemas,
  identities,
  random,
  digests: codeDigests,
  webAuthnScript,
});

/** A passkey is found by its handle: whoever types another identifier has it all the same. */
const wayOf = ({ identities }: MethodParts): SignInWay => ({
  async has(_identifier, owner) {
    if (owner?.types.includes(TYPE) !== true) return false;
    return signsIn(await findCredential(identities, owner, TYPE));
  },
});

const signsIn = (credential: Credential | undefined): boolean =>
  credential?.identifiers.some((identifier) => identifier !== '') === true && storedKeys(credential).length > 0;
