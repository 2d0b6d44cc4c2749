import type { Config } from './config/config.ts';
import type { IdentityReads } from './identity/identity.ts';
import type { IdentitySchemas } from './identity/schema.ts';
import type { Clock } from './kernel/clock.ts';
import { must } from './kernel/error.ts';
import { parseFlowId, type FlowId } from './kernel/id.ts';
import type { Json } from './kernel/json.ts';
import type { Random } from './kernel/random.ts';
import type { Log } from './telemetry/log.ts';
import { createKeyring } from './secret/keyring.ts';
import { sameToken } from './secret/token.ts';
import type { ClaimsMapper } from './strategy/oidc/claims.ts';
import { createProviderClient } from './strategy/oidc/client.ts';
import { createOidcLogin } from './strategy/oidc/login.ts';
import type { OidcParts, Provider, Providers } from './strategy/oidc/provider.ts';
import { presets } from './strategy/oidc/providers/presets.ts';
import { createOidcRegistration } from './strategy/oidc/registration.ts';
import { awaits } from './strategy/oidc/authorization-request.ts';
import { createOidcSettings } from './strategy/oidc/settings.ts';
import type { Strategy } from './strategy/strategy.ts';

export interface OidcSetup {
  readonly config: Config;
  readonly schemas: IdentitySchemas;
  readonly identities: IdentityReads;
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: typeof fetch;
  readonly log: Log;
  /** By the id of the provider. */
  readonly mappers: ReadonlyMap<string, ClaimsMapper>;
}

/** Sign-in at providers: its part in each kind of flow, and what the routes need of it. */
export interface Oidc {
  readonly login: Strategy;
  readonly registration: Strategy;
  readonly settings: Strategy;
  /** `kept` reads what a flow stored when it sent the browser to a provider. */
  callback(kept: (flow: FlowId) => Promise<Json | undefined>): OidcCallback;
}

/** The callback of the providers, and what else the routes use of them. */
export interface OidcCallback {
  /** The flow that a `state` was made for; undefined for a `state` that this server did not make. */
  flowOf(state: string): FlowId | undefined;
  /** True while the flow waits for the answer to this `state`, from this provider where the path names one. */
  awaits(flow: FlowId, answer: { readonly state: string; readonly provider: string | undefined }): Promise<boolean>;
  /** The provider answers by a cross-site POST. */
  posts(provider: string): boolean;
  /** Decrypts a stored token of a provider, for administrators; empty for a text that cannot be decrypted. */
  openToken(sealed: string, about: string): string;
  /** Origins of the providers' sign-in pages: a form of ours may lead there. */
  origins(): Promise<readonly string[]>;
}

/** One second: how long a page waits to learn where a provider's page is. */
const PATIENCE = 1_000;

/** Everything of the method, made once; undefined where it is switched off. */
export function createOidc(setup: OidcSetup): Oidc | undefined {
  const { config, log, clock } = setup;
  if (!config.methods.oidc.enabled) return undefined;
  const providers = createProviders(setup);
  const { cookie, cipher } = config.secrets;
  const states = createKeyring(cookie, 'oidc-state');
  const tokens = createKeyring(cipher.length > 0 ? cipher : cookie, 'oidc-token');
  const shared: OidcParts = {
    providers,
    sealToken: (token, about) => tokens.seal(token, about),
    sealState: (flowId) => states.seal(`${flowId}.${setup.random.token(43)}`, 'state'),
    report: (error, provider) =>
      log.warn(error instanceof Error ? error.message : 'A provider did not do its part.', { provider, error }),
  };
  const parts = { ...setup, ...shared };
  return {
    login: createOidcLogin(parts),
    registration: createOidcRegistration(parts),
    settings: createOidcSettings(parts),
    callback: (kept) => ({
      flowOf: (state) => parseFlowId(states.open(state, 'state')?.toString('utf8').split('.', 1)[0]),
      async awaits(flow, answer) {
        return awaits(await kept(flow), sameToken, { ...answer, now: clock.now() });
      },
      posts: (provider) => providers.get(provider)?.preset.responseMode === 'form_post',
      openToken: (sealed, about) => tokens.open(sealed, about)?.toString('utf8') ?? '',
      origins: () => originsOf(providers),
    }),
  };
}

function createProviders({ config, mappers, fetch, clock }: OidcSetup): Providers {
  const base = config.methods.oidc.baseRedirectUri ?? config.serve.public.baseUrl;
  const callback = `${base.replace(/\/$/, '')}/self-service/methods/oidc/callback`;
  const made = config.methods.oidc.providers.map((entry): Provider => {
    const preset = must(presets.get(entry.provider), `Preset of ${entry.provider}`);
    const mapper = must(mappers.get(entry.id), `Mapper of ${entry.id}`);
    const redirectUri = entry.pkce === 'force' ? callback : `${callback}/${entry.id}`;
    const client = createProviderClient({ entry, preset, redirectUri, fetch, clock, dev: config.dev });
    return { id: entry.id, label: entry.label ?? entry.id, entry, preset, client, mapper };
  });
  return new Map(made.map((provider) => [provider.id, provider]));
}

/** Where the providers' pages are. Who has not been asked yet is asked now; who is slow is counted by what is written. */
async function originsOf(providers: Providers): Promise<readonly string[]> {
  const all = [...providers.values()];
  const asked = Promise.allSettled(all.map(({ client }) => client.prepare()));
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => (timer = setTimeout(resolve, PATIENCE)));
  await Promise.race([asked, enough]);
  clearTimeout(timer);
  return all.flatMap(({ client }) => client.origins());
}
