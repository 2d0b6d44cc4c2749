import type { OidcProvider } from './provider-entry.ts';
import type { JsonObject, Json } from '../../kernel/json.ts';
import type { Claims } from './claims.ts';

/** What a kind of provider is like, before anybody configures one. One file a kind, in `providers/`. */
export interface Preset {
  /** The `provider` of the configuration. */
  readonly provider: string;
  /** For the button, where the configuration has no `label`. */
  readonly label: string;
  /** `oidc`: found by discovery, answers with an id token. `oauth2`: fixed endpoints, the person is looked up by documents. */
  readonly protocol: 'oidc' | 'oauth2';
  /** oidc: where discovery begins, and what `iss` must be. `issuer_url` of the configuration comes first. */
  issuer?(entry: OidcProvider): string | undefined;
  /** The `iss` of tokens where it is not the discovery's, such as Microsoft's tenant. */
  issuerAllowed?(iss: string, claims: JsonObject, entry: OidcProvider): boolean;
  /** oauth2. `auth_url` and `token_url` of the configuration come first. */
  endpoints?(entry: OidcProvider): Endpoints;
  /** Asked for where the configuration names no `scope`. */
  readonly scope: readonly string[];
  /** Asked for whatever the configuration names, because nothing works without. */
  readonly alwaysScope?: readonly string[];
  /** Parameters of the authorization request. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The `prompt` that makes the provider ask again (refresh); undefined: it knows none. */
  readonly promptAgain?: 'login' | 'consent' | 'select_account';
  /** `form_post`: the answer comes as a cross-site POST. */
  readonly responseMode?: 'form_post';
  /** How the client proves itself at the token endpoint. */
  readonly clientAuth: 'client_secret_basic' | 'client_secret_post';
  /** A client secret that is made, not configured. */
  secret?(entry: OidcProvider, now: Date): string;
  /** Whether PKCE is known to work where discovery cannot say (`pkce: auto`). */
  readonly pkce: boolean;
  /** Documents to fetch with the access token, in this order. */
  documents?(entry: OidcProvider): readonly Document[];
  /** It writes `"true"` for true. */
  readonly textualTruth?: true;
  /** An id token handed over by a native app is taken (Google, Apple). */
  readonly nativeIdToken?: boolean;
  /** Everything the provider said to the claims; undefined: it named nobody. */
  claims(said: Said, issuer: string, entry: OidcProvider): Claims | undefined;
}

export interface Endpoints {
  readonly issuer: string;
  readonly authorization: string;
  readonly token: string;
}

export interface Document {
  readonly name: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Going without is fine: a scope was not granted. */
  readonly optional?: boolean;
}

/** What a provider said during one sign-in. */
export interface Said {
  /** Claims of the checked id token. */
  readonly idToken?: JsonObject;
  /** By the document's name; `userinfo` is the answer of a discovered userinfo endpoint. */
  readonly documents: Readonly<Record<string, Json>>;
  /** Fields of the callback, such as Apple's `user`, which it sends the first time only. */
  readonly callback?: Readonly<Record<string, string>>;
}
