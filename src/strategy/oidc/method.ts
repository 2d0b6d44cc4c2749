import { providerSubjects } from '../../identity/credentials.ts';
import type { Credential } from '../../identity/identity.ts';
import { parseFlowId } from '../../kernel/id.ts';
import { createKeyring } from '../../secret/keyring.ts';
import { sameToken } from '../../secret/token.ts';
import { defineMethod, type Configured } from '../method.ts';
import type { MethodParts, MethodStrategies, ProviderCallback } from '../method-parts.ts';
import { awaits } from './authorization-request.ts';
import type { ClaimsMapper } from './claims.ts';
import { createProviders, originsOf } from './create-providers.ts';
import { createLinkAccount } from './link-account.ts';
import { createLinkPage } from './link-page.ts';
import { createOidcLogin } from './login.ts';
import { loadMappers } from './mapper/load.ts';
import { CREDENTIAL, type OidcParts, type Providers } from './provider.ts';
import { createOidcRegistration } from './registration.ts';
import { createOidcSettings } from './settings.ts';
import { tokenSealing } from './token-sealing.ts';
import { oidcSection, type OidcSettings } from './settings-section.ts';

type Mappers = ReadonlyMap<string, ClaimsMapper>;

/** An account at an identity provider: a first factor, and a second one where the provider says so and is believed. */
export const oidc = defineMethod<OidcSettings, Mappers>({
  name: 'oidc',
  section: oidcSection,
  group: 'oidc',
  order: { login: 10, credentials: 10, registration: 10, settings: 40 },
  texts: { section: ['Linked accounts', 'Sign in with an account you have elsewhere.'], proof: 'another account' },
  activeOn: { login: ['away'], registration: ['away', 'complete'], settings: ['away'] },
  keeps: ['link'],
  lanes: ({ settings }) =>
    settings.enabled
      ? {
          login: { external: true, shared: ['link'] },
          registration: { external: true },
          settings: { external: true },
        }
      : {},

  // While a provider is asked the person sees the page they left from, because people press Back; a connection that waits
  // is asked for on the form everybody signs in with.
  shownPage({ row: { kind, refresh }, page, values, hasPage }) {
    const twoPages = kind === 'login' && hasPage('identifier');
    if (page === 'link' || (page === 'away' && values['link'] !== undefined)) return twoPages ? 'credentials' : 'form';
    if (page !== 'away') return undefined;
    if (refresh) return 'confirm';
    if (kind === 'registration' && hasPage('traits')) return 'traits';
    return twoPages ? 'identifier' : 'form';
  },

  credential: {
    type: CREDENTIAL,
    hinted: true,
    first: (credential) => (isLinked(credential) ? credential.identifiers.length : 0),
    remains: (credential) => isLinked(credential),
    shown: (identifiers) => identifiers.length,
    providers: (identifiers) => identifiers.map((each) => each.split(':', 1)[0] ?? ''),
  },

  async load({ enabled, providers }, sources) {
    const { mappers, issues } = await loadMappers(enabled ? providers : [], sources);
    return { loaded: mappers, issues };
  },

  create(parts, about) {
    const { settings, config, loaded = new Map() } = about;
    if (!settings.enabled) return { strategies: [] };
    const providers = createProviders({ ...parts, settings, mappers: loaded });
    return createWithProviders(parts, about, providers, config.secrets);
  },
});

function createWithProviders(
  parts: MethodParts,
  { name, settings, config }: Configured<OidcSettings>,
  providers: Providers,
  secrets: Configured<OidcSettings>['config']['secrets'],
): MethodStrategies {
  const { log, clock, random, identities, schemas, factors } = parts;
  const states = createKeyring(secrets.cookie, 'oidc-state');
  const tokens = tokenSealing(secrets);
  const shared: OidcParts = {
    name,
    providers,
    privilegedAge: Math.max(0, Math.floor(config.flows.settings.privilegedSessionMaxAge / 1_000)),
    sealToken: (token, about) => tokens.seal(token, about),
    sealState: (flowId) => states.seal(`${flowId}.${random.token(43)}`, 'state'),
    report: (error, provider) =>
      log.warn(error instanceof Error ? error.message : 'A provider did not do its part.', { provider, error }),
  };
  const all = { ...parts, ...shared };
  const callback: ProviderCallback = {
    method: name,
    flowOf: (state) => parseFlowId(states.open(state, 'state')?.toString('utf8').split('.', 1)[0]),
    async awaits(flow, answer) {
      const kept = await parts.openVault(flow, 'away');
      return awaits(kept, sameToken, { ...answer, now: clock.now() });
    },
    posts: (provider) => providers.get(provider)?.preset.responseMode === 'form_post',
    openToken: (sealed, about) => tokens.open(sealed, about)?.toString('utf8') ?? '',
    origins: () => originsOf(providers),
  };
  return {
    strategies: [createOidcLogin(all), createOidcRegistration(all), createOidcSettings(all)],
    way: {
      // Accounts at providers are found by their subjects, not by what people call themselves here.
      async has(_identifier, owner) {
        const credentials = owner === undefined ? [] : await identities.credentials(owner.id);
        return credentials.some((each) => each.type === CREDENTIAL && isLinked(each));
      },
    },
    storeSteps: {
      link: createLinkAccount({ schemas, clock, factors, requiredAal: config.flows.settings.requiredAal }),
    },
    page: createLinkPage({
      loginMethods: parts.firstFactors,
      providers: settings.providers.map(({ id }) => id),
      loginUrl(flow) {
        const url = new URL(config.flows.login.uiUrl);
        url.searchParams.set('flow', flow);
        return url.href;
      },
    }),
    providers: callback,
  };
}

/** A provider's account is in it whose subject the index holds. */
const isLinked = (credential: Credential | undefined): credential is Credential =>
  credential !== undefined &&
  providerSubjects(credential.config).some((subject) => credential.identifiers.includes(subject));
