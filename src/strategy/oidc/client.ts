import type * as OpenId from 'openid-client';
import type { OidcProvider } from './provider-entry.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { authenticatedAt } from './authenticated-at.ts';
import { authorizationParameters, pkceOf, type Again } from './authorization-parameters.ts';
import type { Claims } from './claims.ts';
import { verifyIdToken } from './id-token.ts';
import { createKeys, type Keys } from './keys.ts';
import type { Preset, Said } from './preset.ts';
import { Trouble, troubleOf } from './provider-error.ts';

export interface ClientParts {
  readonly entry: OidcProvider;
  readonly preset: Preset;
  readonly redirectUri: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Providers on plain http are for development alone. */
  readonly dev: boolean;
}

/** What a round trip must remember until the provider answers. */
export interface Kept {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE; empty where it is switched off. */
  readonly verifier: string;
}

/** Who the provider says it is, and the tokens it gave. */
export interface Learned {
  readonly claims: Claims;
  readonly tokens: { readonly id: string; readonly access: string; readonly refresh: string };
  /** When the person last proved themselves there, as far as the provider says it. Milliseconds. */
  readonly authenticatedAt?: number;
}

/** One provider as it is spoken to (OpenID Connect Core, RFC 6749, 7636, 9207). Everything throws `Trouble` alone. */
export interface ProviderClient {
  /** Where the browser goes. */
  begin(
    state: string,
    asked: {
      readonly again: Again;
      readonly parameters: Readonly<Record<string, string>>;
    },
  ): Promise<{ readonly url: string; readonly kept: Kept }>;
  /** What the provider's answer, the query of the callback, comes to. */
  redeem(query: string, kept: Kept): Promise<Learned>;
  /** An ID token that a native app was given. */
  accept(idToken: string, nonce: string): Promise<Learned>;
  /** Where the authorization page is, as far as it is known without asking. */
  origins(): readonly string[];
  /** Asks for the discovery document unless it is known. */
  prepare(): Promise<void>;
}

interface Known {
  readonly config: OpenId.Configuration;
  readonly keys: Keys | undefined;
  readonly issuer: string;
  readonly at: number;
}

const TIMEOUT_SECONDS = 5;
const SKEW_SECONDS = 60;
const KNOWN_FOR = 60 * 60_000;

export function createProviderClient(parts: ClientParts): ProviderClient {
  const { entry, preset, redirectUri, clock } = parts;
  const openid = preset.protocol === 'oidc';
  const issuer = entry.issuerUrl ?? preset.issuer?.(entry);
  let asking: Promise<Known> | undefined;
  let known: Known | undefined;

  async function know(): Promise<Known> {
    // A secret that is made (Apple) may have a life of its own.
    if (known !== undefined && known.at > clock.now() - KNOWN_FOR) return known;
    asking ??= learnProvider(parts, issuer).finally(() => (asking = undefined));
    known = await asking;
    return known;
  }

  const allowed = (iss: string, claims: JsonObject): boolean =>
    iss === issuer || preset.issuerAllowed?.(iss, claims, entry) === true;

  async function verified(token: string, nonce: string, audiences: readonly string[]): Promise<JsonObject> {
    const { keys } = await know();
    if (keys === undefined) throw new Trouble('untrusted', 'The provider publishes no keys (jwks_uri).');
    return verifyIdToken(token, {
      keys,
      issuer: allowed,
      clientId: entry.clientId,
      audiences,
      nonce,
      now: clock.now(),
    });
  }

  function claimsOf(said: Said): Claims {
    const claims = preset.claims(said, issuer ?? preset.endpoints?.(entry).issuer ?? '', entry);
    if (claims === undefined) throw new Trouble('untrusted', 'The provider named nobody.');
    return preset.textualTruth === true ? claims : withoutTextualTruth(claims);
  }

  return {
    async begin(state, { again, parameters }) {
      const client = await import('openid-client');
      const { config } = await know();
      const verifier = pkceOf(entry, preset) ? client.randomPKCECodeVerifier() : '';
      const nonce = client.randomNonce();
      const challenge = verifier === '' ? undefined : await client.calculatePKCECodeChallenge(verifier);
      const asked = { redirectUri, state, nonce, challenge, again, parameters };
      const url = client.buildAuthorizationUrl(config, authorizationParameters(entry, preset, asked));
      url.searchParams.sort();
      return { url: url.href, kept: { state, nonce, verifier } };
    },

    async redeem(query, { state, nonce, verifier }) {
      const client = await import('openid-client');
      const { config } = await know();
      const back = new URL(redirectUri);
      back.search = query;
      try {
        const answer = await client.authorizationCodeGrant(config, back, {
          expectedState: state,
          ...(openid && { expectedNonce: nonce, idTokenExpected: true }),
          ...(verifier !== '' && { pkceCodeVerifier: verifier }),
        });
        const { id_token: idToken = '', access_token: access, refresh_token: refresh = '' } = answer;
        const claims = openid ? await verified(idToken, nonce, [entry.clientId]) : undefined;
        const documents = await documentsOf(parts, config, access, claims);
        return {
          claims: claimsOf({
            ...(claims !== undefined && { idToken: claims }),
            documents,
            callback: Object.fromEntries(new URLSearchParams(query)),
          }),
          tokens: { id: idToken, access, refresh },
          ...(claims !== undefined && authenticatedAt(claims, { now: clock.now(), justMade: true })),
        };
      } catch (error) {
        throw troubleOf(error, `${entry.id} callback`);
      }
    },

    async accept(idToken, nonce) {
      const more = entry.more['additional_id_token_audiences'];
      const others = Array.isArray(more) ? more.filter((each) => typeof each === 'string') : [];
      const claims = await verified(idToken, nonce, [entry.clientId, ...others]);
      return {
        claims: claimsOf({ idToken: claims, documents: {} }),
        tokens: { id: idToken, access: '', refresh: '' },
        ...authenticatedAt(claims, { now: clock.now(), justMade: false }),
      };
    },

    origins() {
      const endpoint = known?.config.serverMetadata().authorization_endpoint;
      const written = entry.authUrl ?? preset.endpoints?.(entry).authorization ?? endpoint ?? issuer;
      const origin = written === undefined ? undefined : URL.parse(written)?.origin;
      return origin === undefined ? [] : [origin];
    },

    async prepare() {
      await know();
    },
  };
}

/** What should be true or false and is a text says nothing, except of a provider that writes it so (security OI-9). */
function withoutTextualTruth({ email_verified: email, phone_number_verified: phone, ...claims }: Claims): Claims {
  const sure = (name: string): boolean => typeof claims.raw_claims[name] !== 'string';
  return {
    ...claims,
    ...(email !== undefined && sure('email_verified') && { email_verified: email }),
    ...(phone !== undefined && sure('phone_number_verified') && { phone_number_verified: phone }),
  };
}

async function learnProvider(parts: ClientParts, issuer: string | undefined): Promise<Known> {
  const { entry, preset, clock } = parts;
  try {
    const config = preset.protocol === 'oidc' ? await discover(parts, issuer) : await written(parts);
    const { jwks_uri: uri } = config.serverMetadata();
    const keys = uri === undefined ? undefined : createKeys({ fetch: parts.fetch, uri, clock });
    return { config, keys, issuer: config.serverMetadata().issuer, at: clock.now() };
  } catch (error) {
    throw troubleOf(error, `${entry.id} discovery`);
  }
}

async function discover(parts: ClientParts, issuer: string | undefined): Promise<OpenId.Configuration> {
  const { entry, preset, fetch, dev } = parts;
  if (issuer === undefined) throw new Trouble('untrusted', 'The provider has no issuer_url.');
  const client = await import('openid-client');
  const insecure = dev && issuer.startsWith('http:');
  const found = await client.discovery(new URL(issuer), entry.clientId, clientOf(client), await authOf(parts), {
    [client.customFetch]: fetch as OpenId.CustomFetch, // what it calls it with is a subset of what fetch takes
    timeout: TIMEOUT_SECONDS,
    execute: insecure ? [client.allowInsecureRequests] : [],
  });
  const { supportsPKCE: _method, ...said } = found.serverMetadata();
  // The library compares URLs; a slash more or less is another issuer (security OI-4). One document for many tenants
  // names none, and each token is looked at by the preset.
  const forMany = preset.issuerAllowed !== undefined && said.issuer.includes('{');
  if (said.issuer !== issuer && !forMany)
    throw new Trouble('untrusted', `The discovery document speaks for ${said.issuer}, not for ${issuer}.`);
  if (entry.authUrl === undefined && entry.tokenUrl === undefined) return found;
  return configure(parts, {
    ...said,
    ...(entry.authUrl !== undefined && { authorization_endpoint: entry.authUrl }),
    ...(entry.tokenUrl !== undefined && { token_endpoint: entry.tokenUrl }),
  });
}

async function written(parts: ClientParts): Promise<OpenId.Configuration> {
  const { entry, preset } = parts;
  const endpoints = preset.endpoints?.(entry);
  if (endpoints === undefined) throw new Trouble('untrusted', 'The provider has no endpoints.');
  return configure(parts, {
    issuer: endpoints.issuer,
    authorization_endpoint: entry.authUrl ?? endpoints.authorization,
    token_endpoint: entry.tokenUrl ?? endpoints.token,
  });
}

async function configure(parts: ClientParts, server: OpenId.ServerMetadata): Promise<OpenId.Configuration> {
  const { entry, fetch, dev } = parts;
  const client = await import('openid-client');
  const config = new client.Configuration(server, entry.clientId, clientOf(client), await authOf(parts));
  config[client.customFetch] = fetch as OpenId.CustomFetch; // as above
  config.timeout = TIMEOUT_SECONDS;
  if (dev) client.allowInsecureRequests(config);
  return config;
}

const clientOf = (client: typeof OpenId): Partial<OpenId.ClientMetadata> => ({ [client.clockTolerance]: SKEW_SECONDS });

/** The way the preset names, unless the provider takes only the other. */
async function authOf({ entry, preset, clock }: ClientParts): Promise<OpenId.ClientAuth> {
  const client = await import('openid-client');
  const secret = preset.secret?.(entry, new Date(clock.now())) ?? entry.clientSecret ?? '';
  const post = client.ClientSecretPost(secret);
  const basic = client.ClientSecretBasic(secret);
  return (server, metadata, body, headers) => {
    const taken = server.token_endpoint_auth_methods_supported;
    const onlyPost =
      taken !== undefined && !taken.includes('client_secret_basic') && taken.includes('client_secret_post');
    const way = preset.clientAuth === 'client_secret_post' || onlyPost ? post : basic;
    return way(server, metadata, body, headers);
  };
}

/** What else the provider has to say: its userinfo where that is the source of claims, and a preset's documents. */
async function documentsOf(
  { entry, preset, fetch }: ClientParts,
  config: OpenId.Configuration,
  access: string,
  claims: JsonObject | undefined,
): Promise<Said['documents']> {
  const found: Record<string, Json> = {};
  if (claims !== undefined && entry.more['claims_source'] === 'userinfo') {
    const client = await import('openid-client');
    found['userinfo'] = (await client.fetchUserInfo(config, access, String(claims['sub']))) as Json; // parsed from JSON
  }
  for (const { name, url, headers, optional } of preset.documents?.(entry) ?? []) {
    const answer = await fetch(url, {
      headers: { accept: 'application/json', authorization: `Bearer ${access}`, ...headers },
    });
    if (answer.ok)
      found[name] = (await answer.json()) as Json; // parsed from JSON
    else if (optional !== true) throw new Trouble('refused', `${name} answered ${answer.status}.`);
  }
  return found;
}
