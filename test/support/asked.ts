import type { CreationOptions, Enveloped, RequestOptions } from '../../src/testing/authenticator/ceremony.ts';
import { read, readList } from './http-client.ts';

/** What a form asks of a person with an authenticator or an app, and its CSRF token. */
export interface Asked {
  readonly csrf: string | undefined;
  /** Of the authenticator app that may be set up. */
  readonly secret: string | undefined;
  /** Backup codes that are shown. */
  readonly backupCodes: readonly string[];
  /** Whether there is a question that this field answers. */
  asks(field: string): boolean;
  /** What a field with a new credential answers. */
  creation(field: string): Enveloped<CreationOptions>;
  /** What a field with a signature answers. */
  request(field: string): Enveloped<RequestOptions>;
}

/** The node with the question to which a field answers. */
const QUESTIONS: Readonly<Record<string, string>> = {
  passkey_register: 'passkey_create_data',
  passkey_settings_register: 'passkey_create_data',
  webauthn_register: 'webauthn_register_trigger',
  passkey_login: 'passkey_challenge',
  webauthn_login: 'webauthn_login_trigger',
};

export function askedBy(flow: unknown): Asked {
  const nodes = readList(flow, 'ui.nodes').map((node) => read(node, 'attributes'));
  const named = (name: string): unknown => nodes.find((node) => read(node, 'name') === name);
  const text = (id: string): unknown => nodes.find((node) => read(node, 'id') === id);
  const question = (field: string): unknown => {
    const value = read(named(QUESTIONS[field] ?? ''), 'value');
    if (typeof value !== 'string') throw new Error(`The form asks nothing that ${field} would answer.`);
    return JSON.parse(value) as unknown;
  };
  const csrf = read(named('csrf_token'), 'value');
  const secret = read(text('totp_secret_key'), 'text.context.secret');
  return {
    asks: (field) => named(QUESTIONS[field] ?? '') !== undefined,
    csrf: typeof csrf === 'string' ? csrf : undefined,
    secret: typeof secret === 'string' ? secret : undefined,
    backupCodes: readList(text('lookup_secret_codes'), 'text.context.secrets').flatMap((one) => {
      const code = read(one, 'context.secret');
      return typeof code === 'string' ? [code] : [];
    }),
    creation(field) {
      const asked = question(field);
      // The options that pages hand to the browser, in the envelope of registration or without.
      return (read(asked, 'credentialOptions') ?? asked) as Enveloped<CreationOptions>;
    },
    request: (field) => question(field) as Enveloped<RequestOptions>, // as above
  };
}
