import { unwrapped } from '../../src/testing/authenticator/ceremony.ts';
import { type Answer, createHttpClient, type HttpClient, read, readList, readText } from '../support/http-client.ts';
import type { Bindings } from './bindings.ts';
import { type Asked, askedBy } from '../support/asked.ts';
import type { Possessions } from './possessions.ts';
import type { Props } from './stage.ts';

/** What somebody does who is signed in and whom no recording shows. */
export interface Visit {
  /** Sets up an authenticator app. */
  totp(): Promise<void>;
  /** Makes backup codes; the first of them is `<secret:first>`, the others follow. */
  backupCodes(first?: number): Promise<void>;
  /** Adds a security key, under the names of the recording. */
  key(credential: number, user: number, name?: string): Promise<void>;
  passkey(credential: number, user: number): Promise<void>;
  /** Steps up with a code that is sent to the only address. */
  secondCode(read: () => Promise<string>): Promise<void>;
  /** Opens settings and binds the flow's id and its CSRF token. */
  settings(flow: string, csrf: string): Promise<void>;
  /** Makes the cookies of this browser those of a recording. */
  bind(csrf: string, session: string): void;
}

/** The browser or the app of somebody: its requests carry the session. */
export interface Visitor {
  readonly http: HttpClient;
  readonly publicUrl: string;
  readonly kind: 'browser' | 'api';
  readonly headers: Readonly<Record<string, string>>;
}

const REGISTRATION = JSON.stringify({
  id: '<credential:1>',
  rawId: '<credential:1>',
  type: 'public-key',
  response: { attestationObject: '<attestation-object>', clientDataJSON: '<client-data>' },
});
const SESSION = 'shop_session';
export const AGENT = { 'user-agent': 'transcript/1' };

export const newBrowser = (publicUrl: string): Visitor => ({
  http: createHttpClient(),
  publicUrl,
  kind: 'browser',
  headers: AGENT,
});

export const newApp = (publicUrl: string, token: string): Visitor => ({
  http: createHttpClient({ cookies: false }),
  publicUrl,
  kind: 'api',
  headers: { ...AGENT, 'x-session-token': token },
});

/** The answer of a registration that makes the key `<credential:credential>`; its handle becomes `<user:user>`. */
export function register(
  possessions: Possessions,
  bindings: Bindings,
  field: string,
  form: Asked,
  credential: number,
  user: number,
): string {
  bindings.bind(`user:${user}`, unwrapped(form.creation(field)).user.id);
  return possessions.answer(field, REGISTRATION.replaceAll('<credential:1>', `<credential:${credential}>`), form);
}

/** Opens a form of this kind. */
export async function openForm({ http, publicUrl, kind, headers }: Visitor, flow: string, query = ''): Promise<Answer> {
  const answer = await http.get(`${publicUrl}/self-service/${flow}/${kind}${query}`, { headers });
  if (answer.status !== 200) throw new Error(`no form of ${flow}: ${answer.status} ${answer.text}`);
  return answer;
}

/** Sends a form and gives the answer. */
export async function sendForm({ http, headers }: Visitor, form: Answer, body: object, good = [200]): Promise<Answer> {
  const { csrf } = askedBy(form.json);
  const json = { ...body, ...(csrf === undefined || csrf === '' ? {} : { csrf_token: csrf }) };
  const answer = await http.post(readText(form.json, 'ui.action'), { headers, json });
  if (!good.includes(answer.status)) {
    throw new Error(`${Object.keys(body).join(' ')}: ${answer.status} ${answer.text}`);
  }
  return answer;
}

export function createVisit(visitor: Visitor, { possessions, bindings, forms }: Props): Visit {
  const added = async (field: string, credential: number, user: number, more: object): Promise<void> => {
    const form = await openForm(visitor, 'settings');
    const answer = register(possessions, bindings, field, askedBy(form.json), credential, user);
    await sendForm(visitor, form, { ...more, [field]: answer });
  };
  return {
    async totp() {
      const form = await openForm(visitor, 'settings');
      const { secret = '' } = askedBy(form.json);
      await sendForm(visitor, form, { method: 'totp', totp_code: await possessions.code(secret) });
      possessions.secret = secret;
    },
    async backupCodes(first = 1) {
      const form = await openForm(visitor, 'settings');
      const made = await sendForm(visitor, form, { method: 'lookup_secret', lookup_secret_regenerate: true });
      askedBy(made.json).backupCodes.forEach((code, i) => bindings.bind(`secret:${first + i}`, code));
      await sendForm(visitor, made, { method: 'lookup_secret', lookup_secret_confirm: true });
    },
    key: (credential, user, name = 'blue key') =>
      added('webauthn_register', credential, user, { method: 'webauthn', webauthn_register_displayname: name }),
    passkey: (credential, user) => added('passkey_settings_register', credential, user, { method: 'passkey' }),
    async secondCode(mailed) {
      const form = await openForm(visitor, 'login', '?aal=aal2');
      const identifier = nodeValue(form.json, 'identifier');
      await sendForm(visitor, form, { method: 'code', identifier, code: await mailed() });
    },
    async settings(flow, csrf) {
      const { json } = await openForm(visitor, 'settings');
      forms.look(json);
      bindings.bind(flow, readText(json, 'id'));
      bindings.bind(csrf, askedBy(json).csrf ?? '');
    },
    bind(csrf, session) {
      const { cookies } = visitor.http;
      const name = cookies.names().find((one) => one.startsWith('csrf_token_')) ?? '';
      bindings.bind('hex', name.slice('csrf_token_'.length));
      bindings.bind(csrf, cookies.get(name) ?? '');
      bindings.bind(session, cookies.get(SESSION) ?? '');
    },
  };
}

const nodeValue = (json: unknown, name: string): unknown =>
  read(
    readList(json, 'ui.nodes').find((node) => read(node, 'attributes.name') === name),
    'attributes.value',
  );
