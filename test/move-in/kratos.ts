import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../support/server.ts';

/* A database as Ory Kratos 26.2 leaves it, and what is in it. All people, secrets and keys are made up. */

const FOLDER = new URL('kratos-26.2/', import.meta.url);

export interface SessionThere {
  readonly id: string;
  readonly kind: 'browser' | 'api';
  readonly session_token: string;
  /** None of an app. */
  readonly cookies?: readonly { readonly value: string }[];
  readonly valid: boolean;
  readonly aal: 'aal1' | 'aal2';
  readonly expires_at: string;
}

export interface KeyThere {
  /** Base64url, as the handle is. */
  readonly id: string;
  readonly user_handle: string;
  readonly sign_count: number;
  readonly private_key_jwk: Readonly<Record<string, string>>;
}

export interface PersonThere {
  readonly key: string;
  readonly id: string;
  readonly schema_id: string;
  readonly state: 'active' | 'inactive';
  readonly traits: Readonly<Record<string, unknown>>;
  readonly metadata_public: unknown;
  readonly metadata_admin: unknown;
  readonly external_id: string | null;
  readonly created_at: string;
  readonly credentials: Readonly<
    Record<string, { readonly usable: boolean; readonly identifiers: readonly string[] } | undefined>
  >;
  readonly verifiable_addresses: readonly Readonly<Record<string, unknown>>[];
  readonly recovery_addresses: readonly Readonly<Record<string, unknown>>[];
  readonly password?: { readonly plain?: string; readonly format?: string; readonly hash?: string };
  readonly oidc?: readonly {
    readonly provider: string;
    readonly subject: string;
    readonly tokens?: Readonly<Record<'access_token' | 'refresh_token' | 'id_token', string>>;
  }[];
  readonly totp_secret?: string;
  readonly passkey?: readonly KeyThere[];
  readonly webauthn?: readonly KeyThere[];
  readonly lookup_codes?: readonly { readonly code: string; readonly used: boolean }[];
  readonly sessions: readonly SessionThere[];
}

export interface KratosThere {
  readonly people: readonly PersonThere[];
  readonly other_network: { readonly identity_id: string; readonly session_token: string };
  readonly secrets: Readonly<Record<'default' | 'cookie' | 'cipher', readonly string[]>>;
  readonly session: { readonly cookie_name: string };
  readonly schemas: readonly { readonly id: string; readonly schema: unknown }[];
}

export const KRATOS = JSON.parse(readFileSync(new URL('people.json', FOLDER), 'utf8')) as KratosThere; // as it was written

/** Copies the database into a folder, and gives its DSN. */
export function copyOfKratos(folder: string): string {
  const file = join(folder, 'kratos.sqlite');
  copyFileSync(fileURLToPath(new URL('people.db', FOLDER)), file);
  return `sqlite://${file}?_fk=true`;
}

/** Where the keys were made. */
export const ORIGIN = 'https://id.example.test';
const RELYING_PARTY = JSON.stringify({ id: 'id.example.test', display_name: 'Example Orchard', origins: [ORIGIN] });

const provider = (id: string): string =>
  JSON.stringify({
    id,
    provider: 'generic',
    client_id: 'shop',
    client_secret: 'shop-secret',
    issuer_url: `http://127.0.0.1:9/${id}`,
    scope: ['openid'],
    claims: { email: 'traits.email' },
  });

/** The server that people are moved to: its own secret first, the old ones behind it. */
export const MOVED_CONFIG = `
version: v26.2.0
log: { level: warning }
secrets:
  cookie: ${JSON.stringify(['a-secret-of-the-new-server-of-the-tests', ...KRATOS.secrets.cookie])}
  cipher: [a-cipher-of-the-new-server-tests]
session: { lifespan: 87600h, cookie: { name: ${KRATOS.session.cookie_name} } }
identity:
  default_schema_id: person
  schemas:
${KRATOS.schemas.map(({ id }) => `    - { id: ${id}, url: 'file://<folder>/${id}.schema.json' }`).join('\n')}
hashers: { argon2: { memory: 8MB, iterations: 1 } }
selfservice:
  default_browser_return_url: http://127.0.0.1:4455/home
  methods:
    password: { config: { haveibeenpwned_enabled: false } }
    totp: { enabled: true }
    passkey: { enabled: true, config: { rp: ${RELYING_PARTY} } }
    webauthn: { enabled: true, config: { passwordless: false, rp: ${RELYING_PARTY} } }
    lookup_secret: { enabled: true }
    oidc: { enabled: true, config: { providers: [${['orchard', 'harbour'].map(provider).join(', ')}] } }
`;

export const MOVED_FILES = Object.fromEntries(
  KRATOS.schemas.map(({ id, schema }) => [`${id}.schema.json`, JSON.stringify(schema)]),
);

/** Writes the part of the old configuration that says how it sealed. */
export function oldConfiguration(folder: string): string {
  const file = join(folder, 'kratos.yml');
  writeFileSync(
    file,
    JSON.stringify({ secrets: KRATOS.secrets, session: { cookie: { name: KRATOS.session.cookie_name } } }),
  );
  return file;
}

export interface Moved {
  readonly status: number | NodeJS.Signals;
  readonly output: string;
  /** Undefined: it was not printed as JSON. */
  readonly report: Readonly<Record<string, Readonly<Record<string, number>>>> | undefined;
}

/** Moves people in by the command line. */
export async function importFrom(source: string, config: string, ...more: readonly string[]): Promise<Moved> {
  const how = ['import', '--from', 'kratos', '--source', source, '--dev', '--yes', '--format', 'json', '-c', config];
  const { status, output } = await runCommand([...how, ...more]);
  const json = /^\{[^]*^\}$/m.exec(output)?.[0];
  return { status, output, report: json === undefined ? undefined : JSON.parse(json) };
}
