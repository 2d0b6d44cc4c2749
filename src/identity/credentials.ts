import type { Traits } from '../kernel/draft.ts';
import type { Identifier } from '../kernel/id.ts';
import { type Json, type JsonObject, isObject, sameJson } from '../kernel/json.ts';
import type { Derived, FlaggedType } from './derive.ts';
import type { Aal, Credential, CredentialSummary, CredentialType } from './identity.ts';
import type { IdentitySchema } from './schema.ts';

/** What credentials prove under the present configuration; the methods say it. */
export interface Factors {
  /** The level the person could reach with all factors they have (NIST SP 800-63B, authenticator assurance levels). */
  availableAal(credentials: readonly Credential[]): Aal;
  /** False when no setting can have made a stored level another one since its credentials were changed. */
  mayHaveMoved(stored: Aal): boolean;
  /** True when one of them is a second factor that no message can prove: no proof of an address takes it away. */
  outlivesMail(credentials: readonly Credential[]): boolean;
  /** True when one of them is a second factor for a session that a mail began: the same mailbox is none (security SE-10). */
  addsToMail(credentials: readonly Credential[]): boolean;
  /** True for what says only where messages go: it gives access to nobody but whoever reads them. */
  isMailed(type: CredentialType): boolean;
  /** In how many ways the person signs in with a first factor. */
  firstFactors(credentials: readonly Credential[]): number;
  /** True when one of these credentials signs its person in as things are configured. */
  remains(credentials: readonly Credential[]): boolean;
  /** How many ways to sign in a page may count. */
  shown(owned: CredentialSummary): number;
}

/** The identifiers of credentials that hold something. */
export const summaryOf = (credentials: readonly Credential[]): CredentialSummary =>
  Object.fromEntries(
    credentials
      .filter(({ config }) => Object.keys(config).length > 0)
      .map(({ type, identifiers }) => [type, identifiers]),
  );

/** A credential to be stored. `identifiers`: of a type whose identifiers follow neither from traits nor from its configuration. */
export interface FreshCredential {
  readonly type: CredentialType;
  readonly config: JsonObject;
  readonly identifiers?: readonly Identifier[];
}

/** The credentials as they are once those of a type are changed; `changed` undefined: once they are gone. */
export const afterChange = (
  credentials: readonly Credential[],
  type: CredentialType,
  changed: (Pick<Credential, 'config'> & Partial<Pick<Credential, 'identifiers'>>) | undefined,
): readonly Credential[] =>
  credentials.flatMap((each) => {
    if (each.type !== type) return [each];
    return changed === undefined ? [] : [{ ...each, ...changed }];
  });

/** Types of which a schema flags the identifiers: values that their people know. */
export const FLAGGED: readonly FlaggedType[] = ['password', 'webauthn', 'code'];
const VERSIONS: Readonly<Partial<Record<CredentialType, number>>> = { webauthn: 1, passkey: 1, code: 1 };

/**
 * Every credential of an identity with these traits. A type that the schema flags has exactly the flagged values as its
 * identifiers, and exists even without a secret. An unchanged credential is returned as the same object.
 */
export function credentialsOf(
  schema: IdentitySchema,
  traits: Traits,
  fresh: readonly FreshCredential[],
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
    const given = fresh.find((each) => each.type === type);
    const config = configOf(type, given?.config ?? before?.config ?? {}, derived);
    const identifiers = identifiersOf(type, config, derived) ?? given?.identifiers ?? before?.identifiers ?? [];
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
  if (type === 'oidc') return providerSubjects(config);
  return type === 'password' || type === 'webauthn' || type === 'code' ? derived.identifiers[type] : undefined;
}

/** `provider:subject`, as the provider spells it: subjects are case-sensitive. */
export function providerSubjects(config: JsonObject): readonly Identifier[] {
  const found = list(config['providers']).flatMap((entry) =>
    isObject(entry) && typeof entry['provider'] === 'string' && typeof entry['subject'] === 'string'
      ? [`${entry['provider']}:${entry['subject']}` as Identifier]
      : [],
  );
  return found.toSorted();
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
