import { type Authenticator, createAuthenticator } from '../../src/testing/authenticator/authenticator.ts';
import { oneTimeCode } from '../../src/testing/authenticator/one-time-code.ts';
import type { AnswerOptions, AuthenticatorSettings, GetOptions } from '../../src/testing/authenticator/settings.ts';
import { askedBy } from './asked.ts';
import { BASIC_CONFIG } from './basic-config.ts';
import { createPerson } from './admin.ts';
import type { EmbeddedServer } from './embedded.ts';
import { type Answer, createHttpClient, type HttpClient, read, readList } from './http-client.ts';
import { emailTrait, schemaText } from './schemas.ts';
import { begin, type Begun, type Kind, signIn } from './self-service.ts';

/* People with second factors and passkeys, and what they do. */

export const ORIGIN = 'https://login.sallyport.test';
export const PASSWORD = 'clouds over the harbour';
const RP = `rp: { id: sallyport.test, display_name: Sallyport, origins: ['${ORIGIN}'] }`;

/** Every method of this kind; keys are second factors. */
export const FACTORS_CONFIG = BASIC_CONFIG.replace(
  '    password: {',
  `    totp: { enabled: true, config: { issuer: Sallyport } }
    lookup_secret: { enabled: true }
    webauthn: { enabled: true, config: { passwordless: false, ${RP} } }
    passkey: { enabled: true, config: { ${RP} } }
    password: {`,
).replace('      after: { password: {', '      after: { passkey: { hooks: [{ hook: session }] }, password: {');

export const FACTORS_FILES: Readonly<Record<string, string>> = {
  'person.schema.json': schemaText({
    title: 'Person',
    traits: {
      email: emailTrait({
        credentials: {
          password: { identifier: true },
          webauthn: { identifier: true },
          passkey: { display_name: true },
          totp: { account_name: true },
        },
      }),
    },
    required: ['email'],
  }),
};

export interface Holder {
  readonly email: string;
  readonly http: HttpClient;
  readonly server: EmbeddedServer;
  /** A security key, and what holds passkeys. */
  readonly key: Authenticator;
  readonly passkeys: Authenticator;
  /** What the app and the paper hold. */
  secret: string;
  backupCodes: readonly string[];
}

let people = 0;

/** Somebody with a password, in a browser that is signed in. */
export async function newHolder(server: EmbeddedServer, settings: AuthenticatorSettings = {}): Promise<Holder> {
  const email = `holder${(people += 1)}@sallyport.test`;
  await createPerson(server.adminUrl, { email, password: PASSWORD });
  return await inBrowser(holderOf(email, server, settings));
}

const holderOf = (email: string, server: EmbeddedServer, settings: AuthenticatorSettings): Holder => ({
  email,
  server,
  http: createHttpClient(),
  key: createAuthenticator({ origin: ORIGIN, resident: false, ...settings }),
  passkeys: createAuthenticator({ origin: ORIGIN, ...settings }),
  secret: '',
  backupCodes: [],
});

/** The same person in another browser, signed in with the password alone. */
export async function elsewhere(holder: Holder): Promise<Holder> {
  return await inBrowser({ ...holder, http: createHttpClient() });
}

async function inBrowser(holder: Holder): Promise<Holder> {
  const { http, server, email } = holder;
  const answer = await signIn(http, server.publicUrl, { email, password: PASSWORD }, 'browser');
  if (answer.status !== 200 && answer.status !== 422) throw new Error(`${email}: ${answer.status} ${answer.text}`);
  return holder;
}

/** Somebody who has nothing but a passkey, in a browser that is signed in. */
export async function newPasskeyHolder(server: EmbeddedServer, settings: AuthenticatorSettings = {}): Promise<Holder> {
  const email = `holder${(people += 1)}@sallyport.test`;
  const holder = holderOf(email, server, settings);
  const flow = await begin(holder.http, server.publicUrl, 'registration', 'browser');
  const made = holder.passkeys.create(askedBy(flow.json).creation('passkey_register'));
  await send(holder, flow, { method: 'passkey', traits: { email }, passkey_register: JSON.stringify(made) }, 200);
  return holder;
}

export const open = (holder: Holder, kind: Kind, query = ''): Promise<Begun> =>
  begin(holder.http, holder.server.publicUrl, kind, 'browser', query);

/** Sends a form; with `status`, any other answer is an error of the test. */
export async function send({ http }: Holder, flow: Begun, body: object, status?: number): Promise<Answer> {
  const answer = await http.post(flow.action, { json: { ...body, csrf_token: flow.csrf } });
  if (status !== undefined && answer.status !== status)
    throw new Error(`${Object.keys(body).join(' ')}: ${answer.status} ${answer.text}`);
  return answer;
}

/** Sets up an authenticator app; `now` in milliseconds, as the server has it. */
export async function addTotp(holder: Holder, now: number): Promise<void> {
  const flow = await open(holder, 'settings');
  const secret = askedBy(flow.json).secret ?? '';
  await send(holder, flow, { method: 'totp', totp_code: oneTimeCode(secret, now) }, 200);
  holder.secret = secret;
}

export async function addBackupCodes(holder: Holder): Promise<void> {
  const flow = await open(holder, 'settings');
  const made = await send(holder, flow, { method: 'lookup_secret', lookup_secret_regenerate: true }, 200);
  holder.backupCodes = askedBy(made.json).backupCodes;
  await send(holder, flow, { method: 'lookup_secret', lookup_secret_confirm: true }, 200);
}

/** The body that adds the key which answers a form of settings. */
export const newKey = (holder: Holder, flow: Begun, how: AnswerOptions = {}): object => ({
  method: 'webauthn',
  webauthn_register_displayname: 'a key',
  webauthn_register: JSON.stringify(holder.key.create(askedBy(flow.json).creation('webauthn_register'), how)),
});

export const newPasskey = (holder: Holder, flow: Begun, how: AnswerOptions = {}): object => ({
  method: 'passkey',
  passkey_settings_register: JSON.stringify(
    holder.passkeys.create(askedBy(flow.json).creation('passkey_settings_register'), how),
  ),
});

export async function addKey(holder: Holder): Promise<void> {
  const flow = await open(holder, 'settings');
  await send(holder, flow, newKey(holder, flow), 200);
}

export async function addPasskey(holder: Holder): Promise<void> {
  const flow = await open(holder, 'settings');
  await send(holder, flow, newPasskey(holder, flow), 200);
}

/** The body that steps up with a key; it answers the form that it is sent with. */
export const withKey = (holder: Holder, flow: Begun, how: GetOptions = {}): object => ({
  method: 'webauthn',
  identifier: holder.email,
  webauthn_login: JSON.stringify(holder.key.get(askedBy(flow.json).request('webauthn_login'), how)),
});

export const withPasskey = (holder: Holder, flow: Begun, how: GetOptions = {}): object => ({
  method: 'passkey',
  passkey_login: JSON.stringify(holder.passkeys.get(askedBy(flow.json).request('passkey_login'), how)),
});

/** The level of the session of this browser; `undefined` where there is none. */
export async function levelOf({ server, email }: Holder, session: HttpClient): Promise<string | undefined> {
  const { json, status } = await session.get(`${server.publicUrl}/sessions/whoami`);
  if (status === 403) return 'aal1';
  const who = read(json, 'identity.traits.email');
  if (who !== undefined && who !== email) throw new Error(`The session is of ${String(who)}, not of ${email}.`);
  const level = read(json, 'authenticator_assurance_level');
  return typeof level === 'string' ? level : undefined;
}

/** How many submit buttons of this name the settings of somebody have. */
export async function buttons(holder: Holder, name: string): Promise<number> {
  const { json } = await open(holder, 'settings');
  return readList(json, 'ui.nodes').filter((node) => read(node, 'attributes.name') === name).length;
}
