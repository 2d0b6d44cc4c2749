import { isObject } from '../../kernel/json.ts';
import type { Preset } from './preset.ts';
import type { OidcProvider } from './provider-entry.ts';

/** Set when the person is to prove themselves anew; an older proof than so many seconds is none. */
export type Again = { readonly maxAge: number } | undefined;

/** What one request asks of a provider. */
interface Question {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE; undefined where it is switched off. */
  readonly challenge: string | undefined;
  readonly again: Again;
  /** Those that a client handed on. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The parameters of an authorization request (OpenID Connect Core 3.1.2.1); later ones win. */
export function authorizationParameters(
  entry: OidcProvider,
  preset: Preset,
  { redirectUri, state, nonce, challenge, again, parameters }: Question,
): Record<string, string> {
  const openid = preset.protocol === 'oidc';
  const claims = entry.more['requested_claims'];
  return {
    ...preset.parameters,
    ...(isObject(claims) && { claims: JSON.stringify(claims) }),
    ...parameters,
    ...(again !== undefined && preset.promptAgain !== undefined && { prompt: preset.promptAgain }),
    ...(again !== undefined && openid && { max_age: String(again.maxAge) }),
    ...(preset.responseMode !== undefined && { response_mode: preset.responseMode }),
    redirect_uri: redirectUri,
    scope: scopeOf(entry, preset),
    state,
    ...(openid && { nonce }),
    ...(challenge !== undefined && { code_challenge: challenge, code_challenge_method: 'S256' }),
  };
}

/** PKCE always, also where discovery does not speak of it; `never` has to be written (security OI-2). */
export const pkceOf = ({ pkce }: OidcProvider, preset: Preset): boolean =>
  pkce === 'force' || (pkce === 'auto' && (preset.protocol === 'oidc' || preset.pkce));

function scopeOf({ scope }: OidcProvider, preset: Preset): string {
  const asked = scope.length > 0 ? scope : preset.scope;
  const needed = [...(preset.protocol === 'oidc' ? ['openid'] : []), ...(preset.alwaysScope ?? [])];
  return [...new Set([...needed, ...asked])].join(' ');
}
