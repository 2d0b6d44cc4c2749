import type { FreshCredential } from '../../identity/credentials.ts';
import type { Credential, CredentialType } from '../../identity/identity.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { IdentityId } from '../../kernel/id.ts';
import { isObject, type Json, type JsonObject } from '../../kernel/json.ts';
import type { CredentialWire, ImportedCredential } from '../../identity/credential-wire.ts';
import { allowMembers, readObject } from './json-object.ts';

/** Hashes passwords, and tells which imported hashes can be verified. */
export interface Passwords {
  /** Throws `overloaded` when too many passwords wait to be hashed. */
  hash(password: string): Promise<string>;
  /** A known format within the bounds of its cost (security PW-3). */
  accepts(hash: string): boolean;
}

export interface ImportRules {
  readonly passwords: Passwords;
  readonly wires: readonly CredentialWire[];
  /** bcrypt sees 72 bytes and no more. */
  readonly algorithm: 'argon2' | 'bcrypt';
  /** Unknown members are refused, not skipped. */
  readonly strict: boolean;
}

/** The `credentials` of a body, checked; no password is hashed yet. */
export interface Import {
  readonly password: { readonly clear: string } | { readonly hash: string } | undefined;
  readonly providers: readonly Provider[];
  /** Of the other methods that take one. */
  readonly others: readonly Prepared[];
}

export type Provider = {
  readonly subject: string;
  readonly provider: string;
  readonly initial_id_token: '';
  readonly initial_access_token: '';
  readonly initial_refresh_token: '';
  readonly organization?: string;
  readonly use_auto_link?: boolean;
};

/** A credential that an import makes or changes. */
export interface Prepared {
  readonly type: CredentialType;
  readonly make: ImportedCredential;
}

/** Bytes of a password that a login accepts at most (security PW-4). */
const MAX_PASSWORD = 1_024;
const MAX_BCRYPT = 72;

/** Reads `credentials` of a create or replace: passwords, their hashes, and providers' subjects. */
export function readImport(value: Json | undefined, rules: ImportRules): Import {
  const credentials = value === undefined || value === null ? {} : readObject(value, 'credentials');
  const { password, oidc, ...others } = credentials;
  return {
    others: Object.entries(others).flatMap(([type, entry]) => readOther(type, entry, rules) ?? []),
    password: password === undefined || password === null ? undefined : readPassword(password, rules),
    providers: oidc === undefined || oidc === null ? [] : readProviders(oidc, rules),
  };
}

/** Hashes passwords given in clear, before the transaction: hashing takes long. */
export async function prepareImport(
  { password, providers, others }: Import,
  passwords: Passwords,
): Promise<readonly Prepared[]> {
  const hashed = password && ('hash' in password ? password.hash : await passwords.hash(password.clear));
  return [
    ...(hashed === undefined ? [] : [{ type: 'password', make: () => ({ config: { hashed_password: hashed } }) }]),
    ...(providers.length === 0
      ? []
      : [
          {
            type: 'oidc',
            make: ({ before }) => ({ config: link(before?.config ?? {}, providers) }),
          } satisfies Prepared,
        ]),
    ...others,
  ];
}

/** The credentials that an import changes, as they are stored. */
export function mergeImport(
  prepared: readonly Prepared[],
  current: readonly Credential[],
  owner: IdentityId,
): readonly FreshCredential[] {
  return prepared.map(({ type, make }) => ({
    type,
    ...make({ owner, before: current.find((each) => each.type === type) }),
  }));
}

function readOther(type: string, entry: Json, rules: ImportRules): Prepared | undefined {
  if (entry === null) return undefined;
  const wire = rules.wires.find((each) => each.type === type);
  if (wire === undefined) throw refuse(`credentials.${type.slice(0, 64)} cannot be imported by this build.`);
  return { type, make: wire.read(configOf(entry, `credentials.${type}`, wire.members, rules)) };
}

function readPassword(entry: Json, rules: ImportRules): NonNullable<Import['password']> {
  const known = ['hashed_password', 'password', 'use_password_migration_hook'];
  const config = configOf(entry, 'credentials.password', known, rules);
  if (config['use_password_migration_hook'] === true) throw refuse('This build has no password migration hook.');
  const clear = textOf(config['password'], 'credentials.password.config.password');
  if (clear !== '') {
    const most = rules.algorithm === 'bcrypt' ? MAX_BCRYPT : MAX_PASSWORD;
    if (Buffer.byteLength(clear) > most)
      throw refuse(`credentials.password.config.password has more than ${most} bytes.`);
    return { clear };
  }
  const hash = textOf(config['hashed_password'], 'credentials.password.config.hashed_password');
  if (rules.passwords.accepts(hash)) return { hash };
  throw refuse(
    'credentials.password.config needs a password, or a hashed_password in a known format within the bounds of its cost.',
  );
}

function readProviders(entry: Json, rules: ImportRules): readonly Provider[] {
  const { providers } = configOf(entry, 'credentials.oidc', ['providers'], rules);
  if (!Array.isArray(providers)) throw refuse('credentials.oidc.config.providers is not a list.');
  const read = providers.map((each: Json) => readProvider(each, rules));
  const names = read.map(({ provider, subject }) => JSON.stringify([provider, subject]));
  if (new Set(names).size < names.length)
    throw new SallyportError('conflict', 'credentials.oidc.config.providers names one account of a provider twice.');
  return read;
}

function readProvider(entry: Json, { strict }: ImportRules): Provider {
  const at = 'credentials.oidc.config.providers';
  const given = readObject(entry, `An entry of ${at}`);
  if (strict) allowMembers(given, ['provider', 'subject', 'organization', 'use_auto_link'], at);
  const provider = textOf(given['provider'], `${at}.provider`);
  const subject = textOf(given['subject'], `${at}.subject`);
  const organization = textOf(given['organization'], `${at}.organization`);
  if (provider === '' || subject === '') throw refuse(`An entry of ${at} needs provider and subject.`);
  return {
    subject,
    provider,
    initial_id_token: '',
    initial_access_token: '',
    initial_refresh_token: '',
    ...(organization !== '' && { organization }),
    ...(given['use_auto_link'] === true && { use_auto_link: true }),
  };
}

/** Adds providers to the linked ones; a provider that is linked already stays as it is. */
function link(before: JsonObject, providers: readonly Provider[]): JsonObject {
  const linked = Array.isArray(before['providers']) ? (before['providers'] as readonly Json[]) : []; // as it was stored
  const same = (each: Json, { provider, subject }: Provider): boolean =>
    isObject(each) && each['provider'] === provider && each['subject'] === subject;
  const added = providers.filter((each) => !linked.some((old) => same(old, each)));
  return { ...before, providers: [...linked, ...added] };
}

function configOf(entry: Json, at: string, known: readonly string[], { strict }: ImportRules): JsonObject {
  const given = readObject(entry, at);
  if (strict) allowMembers(given, ['config'], at);
  const config = readObject(given['config'] ?? {}, `${at}.config`);
  if (strict) allowMembers(config, known, `${at}.config`);
  return config;
}

function textOf(value: Json | undefined, at: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw refuse(`${at} is not a text.`);
  return value;
}

const refuse = (reason: string): SallyportError => new SallyportError('bad_request', reason);
