import type { CredentialType } from '../../../identity/identity.ts';
import { SallyportError } from '../../../kernel/error.ts';
import { isObject, type Json, type JsonObject } from '../../../kernel/json.ts';

/** What hashes passwords and knows which foreign hashes it can verify. */
export interface Passwords {
  hash(password: string): Promise<string>;
  accepts(hash: string): boolean;
}

export type Imported = readonly { readonly type: CredentialType; readonly config: JsonObject }[];

/** `credentials` of a create or replace (sessions-and-admin.md 14): passwords and providers' subjects. */
export async function readImport(value: Json | undefined, passwords: Passwords): Promise<Imported> {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) throw new SallyportError('bad_request', 'credentials is not an object.');
  const imported: { type: CredentialType; config: JsonObject }[] = [];
  for (const [type, entry] of Object.entries(value)) {
    const config = isObject(entry) && isObject(entry['config']) ? entry['config'] : {};
    if (type === 'password') imported.push({ type, config: await passwordConfig(config, passwords) });
    else if (type === 'oidc') imported.push({ type, config: providersConfig(config) });
    else throw new SallyportError('bad_request', `credentials.${type} cannot be imported by this build.`);
  }
  return imported;
}

async function passwordConfig(config: Record<string, unknown>, passwords: Passwords): Promise<JsonObject> {
  const { password, hashed_password: hash } = config;
  if (config['use_password_migration_hook'] === true)
    throw new SallyportError('bad_request', 'This build has no password migration hook.');
  if (typeof password === 'string' && password !== '') return { hashed_password: await passwords.hash(password) };
  if (typeof hash !== 'string' || !passwords.accepts(hash)) {
    throw new SallyportError(
      'bad_request',
      'credentials.password.config needs a password, or a hashed_password in a known format within the bounds of its cost.',
    );
  }
  return { hashed_password: hash };
}

function providersConfig(config: Record<string, unknown>): JsonObject {
  const { providers } = config;
  if (!Array.isArray(providers))
    throw new SallyportError('bad_request', 'credentials.oidc.config.providers is not a list.');
  return {
    providers: providers.map((each: unknown) => {
      if (!isObject(each) || typeof each['provider'] !== 'string' || typeof each['subject'] !== 'string') {
        throw new SallyportError(
          'bad_request',
          'An entry of credentials.oidc.config.providers needs provider and subject.',
        );
      }
      const { provider, subject } = each;
      return { provider, subject, initial_id_token: '', initial_access_token: '', initial_refresh_token: '' };
    }),
  };
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((each) => [each, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((each) => [each, false] as const),
]);

/** A truth value of a query; undefined when it is not there. */
export function readFlag(value: unknown, name: string): boolean | undefined {
  if (value === undefined || value === '') return undefined;
  const flag = FLAGS.get(String(value));
  if (flag === undefined) throw new SallyportError('bad_request', `${name} is true or false.`);
  return flag;
}
