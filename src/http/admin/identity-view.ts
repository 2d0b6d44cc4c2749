import type { Context } from 'koa';
import type { CredentialType } from '../../identity/identity.ts';
import { adminIdentity, type InClear } from '../../identity/json.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { queryValues } from '../query-value.ts';
import type { AdminContext } from './context.ts';
import type { Stored } from './store-identity.ts';

const TYPES: ReadonlySet<string> = new Set([
  'password',
  'oidc',
  'saml',
  'totp',
  'lookup_secret',
  'webauthn',
  'passkey',
  'code',
  'link_recovery',
  'code_recovery',
]);

/** `include_credential`: the types whose secrets the caller asks for by name (security PW-14). */
export function includedTypes(ctx: Context): readonly CredentialType[] {
  const wanted = queryValues(ctx, 'include_credential');
  const unknown = wanted.find((each) => !TYPES.has(each));
  if (unknown !== undefined)
    throw new SallyportError(
      'bad_request',
      `include_credential takes no ${JSON.stringify(unknown.slice(0, 64))}, but ${[...TYPES].join(', ')}.`,
    );
  return wanted as readonly CredentialType[]; // each is in the list of types
}

/** An identity with its credentials; only those of the included types show their configuration. */
export function identityView(
  { config, openProviderToken, wires }: AdminContext,
  { identity, credentials }: Stored,
  included: readonly CredentialType[] = [],
): JsonObject {
  const inClear: InClear = (credential, owner) =>
    wires.find(({ type }) => type === credential.type)?.shown?.(credential.config, owner) ?? credential.config;
  return adminIdentity(identity, config.serve.public.baseUrl, credentials, included, openProviderToken, inClear);
}
