import type { MethodName } from '../../config/config.ts';
import type { OidcProvider } from './provider-entry.ts';
import type { AuthenticationMethod } from '../../session/session.ts';
import type { ClaimsMapper } from './claims.ts';
import type { ProviderClient } from './client.ts';
import type { Preset } from './preset.ts';
import { subjectOf, type ProviderResult } from './provider-profile.ts';
import { bodyField, type Body } from '../../kernel/body.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { JsonObject } from '../../kernel/json.ts';

/** One configured provider. */
export interface Provider {
  readonly id: string;
  /** What a person reads. */
  readonly label: string;
  readonly entry: OidcProvider;
  readonly preset: Preset;
  readonly client: ProviderClient;
  readonly mapper: ClaimsMapper;
}

/** By id, in the order of the configuration. */
export type Providers = ReadonlyMap<string, Provider>;

/** The provider that a submit names; undefined where it names none. Throws `not_found` for a name that no provider has. */
export function namedProvider(providers: Providers, body: Body): Provider | undefined {
  const id = bodyField(body, 'provider');
  if (id === undefined || id === '') return undefined;
  const provider = providers.get(id);
  if (provider === undefined) throw new SallyportError('not_found', 'There is no such provider.');
  return provider;
}

/** The type of the method's credential, as it is stored. */
export const CREDENTIAL = 'oidc';

/** What every part of the method shares. */
export interface OidcParts {
  /** What the registry calls the method. */
  readonly name: MethodName;
  readonly providers: Providers;
  /** How old a proof may be that changes what is protected. Seconds. */
  readonly privilegedAge: number;
  /** Seals a provider's token for storage; `about` is the subject it belongs to. */
  sealToken(token: string, about: string): string;
  /** A state: opaque to the browser, and unique. */
  sealState(flowId: string): string;
  /** Tells the operator what went wrong between this server and a provider. */
  report(error: unknown, provider: string): void;
}

/** The entry of the credential: its tokens are sealed (security OI-17). */
export function credentialEntry(
  { sealToken }: Pick<OidcParts, 'sealToken'>,
  providerResult: ProviderResult,
): JsonObject {
  const about = subjectOf(providerResult);
  const { id, access, refresh } = providerResult.tokens;
  const sealed = (token: string): string => (token === '' ? '' : sealToken(token, about));
  return {
    subject: providerResult.claims.sub,
    provider: providerResult.provider,
    initial_id_token: sealed(id),
    initial_access_token: sealed(access),
    initial_refresh_token: sealed(refresh),
  };
}

/** How the person proved themselves. The provider's word for a second factor counts where the configuration maps it. */
export function proofOf(
  method: MethodName,
  { entry }: Provider,
  { claims }: ProviderResult,
  now: number,
): AuthenticationMethod {
  const listed = (key: string): readonly unknown[] => {
    const value = entry.more[key];
    return Array.isArray(value) ? value : [];
  };
  const second =
    listed('aal2_acr_values').includes(claims.acr) ||
    (claims.amr ?? []).some((each) => listed('aal2_amr_values').includes(each));
  return { method, aal: second ? 'aal2' : 'aal1', completedAt: now, provider: entry.id };
}
