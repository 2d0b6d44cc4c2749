import { expect } from 'vitest';
import { type Answer, createHttpClient, readText } from '../support/http-client.ts';
import { codeIn, linksIn } from '../support/mail-sink.ts';
import type { Bindings } from './bindings.ts';
import { askedBy } from '../support/asked.ts';
import type { Forms } from './forms.ts';
import type { Possessions } from './possessions.ts';
import type { Theatre } from './theatre.ts';
import {
  AGENT,
  createVisit,
  newApp,
  newBrowser,
  openForm,
  register,
  sendForm,
  type Visit,
  type Visitor,
} from './visit.ts';

/** What a scene needs to bring about what had happened before a recording began. */
export interface Stage {
  readonly adminUrl: string;
  readonly possessions: Possessions;
  /** Makes a placeholder stand for something. */
  bind(name: string, value: string): void;
  value(name: string): string;
  /** Creates somebody through the admin API and gives the id. */
  person(traits: Traits, more?: { readonly state?: string; readonly password?: string }): Promise<string>;
  /** Signs in as a native app does and gives the session token. */
  token(identifier: string): Promise<string>;
  /** Signs in as a single-page app does and binds the values of the CSRF and of the session cookie. */
  cookies(identifier: string, csrf: string, session: string): Promise<void>;
  /** Somebody's browser, signed in with the password. */
  visit(identifier: string): Promise<Visit>;
  /** Somebody's app, which has this session token. */
  app(token: string): Visit;
  /** Registers somebody with a key, in a browser that is signed in afterwards. */
  registered(mail: string, credential: number, user: number, name?: string): Promise<Visit>;
  admin(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Asks for a recovery code as a native app does, and waits until the mail is sent. */
  recover(address: string): Promise<void>;
  /** The code of the mail to an address, or of the one after `skip` others. */
  code(address: string, skip?: number): Promise<string>;
  /** The code of the text message to a number, or of the one after `skip` others. */
  text(number: string, skip?: number): Promise<string>;
  /** The token in the link of the mail to an address. */
  linkToken(address: string): Promise<string>;
}

export interface Traits {
  readonly mail: string;
  readonly terms?: boolean;
  readonly login?: string;
  readonly mobile?: string;
  readonly person?: { readonly given?: string; readonly family?: string };
}

/** What has come about while a scenario is played. */
export interface Props {
  readonly bindings: Bindings;
  readonly possessions: Possessions;
  readonly forms: Forms;
}

export const PASSWORD = 'a long-ish passphrase 7';

export function createStage(theatre: Theatre, props: Props): Stage {
  const { publicUrl, adminUrl, mail, schema } = theatre;
  const { bindings, possessions } = props;
  const http = createHttpClient({ cookies: false });

  async function admin(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await http.request(method, `${adminUrl}${path}`, body === undefined ? {} : { json: body });
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  }

  const messages = (address: string): Promise<Answer> =>
    admin('GET', `/admin/courier/messages?recipient=${encodeURIComponent(address)}`);

  /** Signs in; with a second factor the answer asks for it, and the session is there. */
  async function signedIn(visitor: Visitor, identifier: string): Promise<Visit> {
    const form = await openForm(visitor, 'login');
    await sendForm(visitor, form, { method: 'password', identifier, password: PASSWORD }, [200, 422]);
    return createVisit(visitor, props);
  }

  return {
    adminUrl,
    possessions,
    admin,
    bind: (name, value) => bindings.bind(name, value),
    value: (name) => bindings.get(name) ?? '',
    code: async (address, skip = 0) => codeIn(await mail.waitFor(address, { skip })),
    async text(number, skip = 0) {
      const sent = (): readonly string[] => theatre.texts.filter(({ to }) => to === number).map(({ body }) => body);
      await expect.poll(() => sent().length, { timeout: 10_000 }).toBeGreaterThan(skip);
      return /\d{6}/.exec(sent()[skip] ?? '')?.[0] ?? '';
    },
    async recover(address) {
      const flow = await http.get(`${publicUrl}/self-service/recovery/api`, { headers: AGENT });
      const json = { method: 'code', email: address };
      await http.post(readText(flow.json, 'ui.action'), { headers: AGENT, json });
      await mail.waitFor(address);
      // It is there before the courier has written down that it is.
      await expect.poll(async () => readText((await messages(address)).json, '0.status')).toBe('sent');
    },
    async linkToken(address) {
      const [link = ''] = linksIn(await mail.waitFor(address), publicUrl);
      return new URL(link).searchParams.get('token') ?? '';
    },
    async person(traits, { state, password = PASSWORD } = {}) {
      const { json } = await admin('POST', '/admin/identities', {
        schema_id: schema,
        traits: { ...(schema === 'customer' ? { terms: true } : {}), ...traits },
        credentials: { password: { config: { password } } },
        ...(state === undefined ? {} : { state }),
      });
      return readText(json, 'id');
    },
    async token(identifier) {
      const app = newApp(publicUrl, '');
      const visitor = { ...app, headers: AGENT };
      const form = await openForm(visitor, 'login');
      const { json } = await sendForm(visitor, form, { method: 'password', identifier, password: PASSWORD });
      return readText(json, 'session_token');
    },
    async cookies(identifier, csrf, session) {
      (await signedIn(newBrowser(publicUrl), identifier)).bind(csrf, session);
    },
    visit: (identifier) => signedIn(newBrowser(publicUrl), identifier),
    app: (token) => createVisit(newApp(publicUrl, token), props),
    async registered(address, credential, user, name = 'at home') {
      const visitor = newBrowser(publicUrl);
      const traits = { mail: address };
      const first = await openForm(visitor, 'registration');
      // Where the profile comes first, the key comes on the second screen.
      const form = theatre.profileFirst ? await sendForm(visitor, first, { method: 'profile', traits }, [400]) : first;
      const field = theatre.passkeys ? 'passkey_register' : 'webauthn_register';
      const method = theatre.passkeys ? 'passkey' : 'webauthn';
      const answer = register(possessions, bindings, field, askedBy(form.json), credential, user);
      const named = theatre.passkeys ? {} : { webauthn_register_displayname: name };
      await sendForm(visitor, form, { method, traits, ...named, [field]: answer });
      return createVisit(visitor, props);
    },
  };
}
