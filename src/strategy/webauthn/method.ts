import type { Credential } from '../../identity/identity.ts';
import { keysWire } from '../ceremony/keys-wire.ts';
import { storedKeys } from '../ceremony/stored-key.ts';
import { loadMakers } from '../load-makers.ts';
import { defineMethod } from '../method.ts';
import type { MethodParts, SignInWay } from '../method-parts.ts';
import { doubtsOfParty, partyOf } from '../relying-party.ts';
import { createWebAuthnLogin, type WebAuthnLogin } from './login.ts';
import { createWebAuthnRegistration } from './registration.ts';
import { createWebAuthnSettings } from './settings.ts';
import { webAuthnSection } from './settings-section.ts';
import { keysInUse, TYPE } from './webauthn-parts.ts';

/** A security key: a second factor; or, where the configuration says so, a first one for whoever has said who they are. */
export const webAuthn = defineMethod({
  name: 'webauthn',
  section: webAuthnSection,
  group: 'webauthn',
  personal: true,
  order: { login: 30, credentials: 30, registration: 30, settings: 60 },
  texts: { section: ['Security keys', 'Sign in with a key you hold in your hand.'], proof: 'security key' },
  lanes({ settings: { enabled, passwordless } }) {
    if (!enabled) return {};
    return passwordless
      ? { login: { asksKey: true, first: ['spend'] }, registration: {}, settings: {} }
      : { login: { factor: 'second', first: ['spend'] }, settings: {} };
  },
  credential: {
    type: TYPE,
    hinted: true,
    first: (credential) => (signsIn(credential) ? 1 : 0),
    second: (credential) => storedKeys(credential).some(({ passwordless }) => !passwordless),
    remains: (credential, { enabled, passwordless }) => enabled && passwordless && signsIn(credential),
  },
  onDevice: true,
  wire: () => keysWire({ type: TYPE, byHandle: false }),
  identifiedBy: (extension) => extension.webauthn,
  doubts: ({ settings: { party }, config }) => (party === undefined ? [] : doubtsOfParty(party, config)),

  types({ kind, event, person: { identifier, traits }, holds }) {
    if (event === 'challenge.key') return { identifier };
    if (event !== 'accept.webauthn') return undefined;
    if (kind === 'login') {
      const signature = holds.signature('webauthn_login_trigger');
      return signature === undefined ? undefined : { identifier, webauthn_login: signature };
    }
    const key = holds.newKey('webauthn_register_trigger');
    if (key === undefined) return undefined;
    const named = { webauthn_register: key, webauthn_register_displayname: 'a key' };
    return kind === 'registration' ? { traits, ...named } : named;
  },

  load: ({ authenticators }, sources) =>
    loadMakers('selfservice.methods.webauthn.config.authenticators.metadata', authenticators, sources),

  create(parts, { name, settings, config, loaded: makers }) {
    const { enabled, party, passwordless } = settings;
    const authenticators = { ...settings.authenticators, makers };
    if (!enabled || party === undefined) return { strategies: [] };
    const { schemas, identities, random, codeDigests: digests, webAuthnScript, factors } = parts;
    const own = { name, schemas, identities, party: partyOf(party, config), authenticators, passwordless, digests };
    const login = createWebAuthnLogin({ ...own, webAuthnScript, random, mitigate: config.enumerationMitigation });
    const keys = createWebAuthnSettings({ ...own, webAuthnScript, factors });
    if (!passwordless) return { strategies: [login, keys] };
    const registration = createWebAuthnRegistration({ ...own, webAuthnScript, random });
    return { strategies: [login, registration, keys], way: wayOf(parts, login) };
  },
});

/** Whoever has a key signs in with it at once where they have nothing else: their identifier is all it needs. */
const wayOf = ({ identities }: MethodParts, { ask }: WebAuthnLogin): SignInWay => ({
  async has(identifier) {
    const found = await identities.findByIdentifier(TYPE, identifier);
    return keysInUse(found?.credential, { passwordless: true }).length > 0;
  },
  begin: ask,
});

/** One key at least was made to sign in alone. */
const signsIn = (credential: Credential | undefined): boolean =>
  credential?.identifiers.some((identifier) => identifier !== '') === true &&
  storedKeys(credential).some(({ passwordless }) => passwordless);
