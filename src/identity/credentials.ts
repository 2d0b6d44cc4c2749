import type { Traits } from '../kernel/draft.ts';
import type { Identifier } from '../kernel/id.ts';
import { type Json, type JsonObject, isObject, sameJson } from '../kernel/json.ts';
import type { Derived, FlaggedType } from './derive.ts';
import type { Aal, Credential, CredentialType } from './identity.ts';
import type { IdentitySchema } from './schema.ts';

/** The part of the configuration that says which factors codes are. */
export interface FactorSettings {
  readonly methods: {
    readonly code: { readonly enabled: boolean; readonly passwordless: boolean; readonly mfa: boolean };
  };
}

type Fresh = readonly { readonly type: CredentialType; readonly config: JsonObject }[];

const FLAGGED: readonly FlaggedType[] = ['password', 'webauthn', 'code'];
const VERSIONS: Readonly<Partial<Record<CredentialType, number>>> = { webauthn: 1, code: 1 };

/**
 * Every credential of an identity with these traits. A type that the schema flags has exactly the flagged values as its
 * identifiers, and exists even without a secret. An unchanged credential is returned as the same object.
 */
export function credentialsOf(
  schema: IdentitySchema,
  traits: Traits,
  fresh: Fresh,
  current: readonly Credential[],
  now: number,
): readonly Credential[] {
  const derived = schema.deriveStored(traits);
  const flagged = FLAGGED.filter((type) => derived.identifiers[type] !== undefined);
  const types = new Set<CredentialType>([
    ...current.map(({ type }) => type),
    ...flagged,
    ...fresh.map(({ type }) => type),
  ]);
  return [...types].map((type) => {
    const before = current.find((each) => each.type === type);
    const given = fresh.find((each) => each.type === type)?.config;
    const config = configOf(type, given ?? before?.config ?? {}, derived);
    const identifiers = identifiersOf(type, config, derived) ?? before?.identifiers ?? [];
    if (before !== undefined && sameJson(before.config, config) && sameJson(before.identifiers, identifiers))
      return before;
    return {
      type,
      identifiers,
      config,
      version: before?.version ?? VERSIONS[type] ?? 0,
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
    };
  });
}

function configOf(type: CredentialType, config: JsonObject, derived: Derived): JsonObject {
  if (type !== 'code' || derived.identifiers.code === undefined) return config;
  return { ...config, addresses: derived.codeAddresses.map(({ via, value }) => ({ channel: via, address: value })) };
}

function identifiersOf(type: CredentialType, config: JsonObject, derived: Derived): readonly Identifier[] | undefined {
  if (type === 'oidc') return subjects(config);
  return type === 'password' || type === 'webauthn' || type === 'code' ? derived.identifiers[type] : undefined;
}

/** `provider:subject`, as the provider spells it: subjects are case-sensitive. */
function subjects(config: JsonObject): readonly Identifier[] {
  const found = list(config['providers']).flatMap((entry) =>
    isObject(entry) && typeof entry['provider'] === 'string' && typeof entry['subject'] === 'string'
      ? [`${entry['provider']}:${entry['subject']}` as Identifier]
      : [],
  );
  return found.toSorted();
}

/** The highest assurance level that the credentials can reach. */
export function availableAal(credentials: readonly Credential[], { methods: { code } }: FactorSettings): Aal {
  const second = credentials.some((each) => isSecondFactor(each, code.enabled && code.mfa));
  if (second) return 'aal2';
  return (code.enabled && code.passwordless) || credentials.some(isFirstFactor) ? 'aal1' : 'aal0';
}

/** True when the credential alone is enough to sign in. */
export function isFirstFactor({ type, identifiers, config }: Credential): boolean {
  const named = identifiers.some((identifier) => identifier !== '');
  switch (type) {
    case 'password':
      return named && typeof config['hashed_password'] === 'string' && config['hashed_password'] !== '';
    case 'oidc':
      return subjects(config).some((subject) => identifiers.includes(subject));
    case 'webauthn':
      return named && keys(config).some((key) => key['is_passwordless'] === true);
    case 'passkey':
      return named && keys(config).length > 0;
    default:
      return false;
  }
}

function isSecondFactor({ type, config }: Credential, codes: boolean): boolean {
  switch (type) {
    case 'totp':
      return typeof config['totp_url'] === 'string' && config['totp_url'].startsWith('otpauth:');
    case 'lookup_secret':
      return list(config['recovery_codes']).length > 0;
    case 'webauthn':
      return keys(config).some((key) => key['is_passwordless'] !== true);
    case 'code':
      return codes && list(config['addresses']).length > 0;
    default:
      return false;
  }
}

function keys(config: JsonObject): readonly Record<string, unknown>[] {
  return list(config['credentials']).flatMap((each) => (isObject(each) ? [each] : []));
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
