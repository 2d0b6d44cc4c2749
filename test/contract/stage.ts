import { expect } from 'vitest';
import { type Answer, createHttpClient, read, readText } from '../support/http-client.ts';
import { codeIn, linksIn } from '../support/mail-sink.ts';
import type { Bindings } from './bindings.ts';
import type { Theatre } from './theatre.ts';

/** What a scene needs to bring about what had happened before a recording began. */
export interface Stage {
  readonly adminUrl: string;
  /** Makes a placeholder stand for something. */
  bind(name: string, value: string): void;
  value(name: string): string;
  /** Creates somebody through the admin API and gives the id. */
  person(traits: Traits, more?: { readonly state?: string; readonly password?: string }): Promise<string>;
  /** Signs in as a native app does and gives the session token. */
  token(identifier: string): Promise<string>;
  /** Signs in as a single-page app does and binds the values of the CSRF and of the session cookie. */
  cookies(identifier: string, csrf: string, session: string): Promise<void>;
  admin(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Asks for a recovery code as a native app does, and waits until the mail is sent. */
  recover(address: string): Promise<void>;
  /** The code of the mail to an address, or of the one after `skip` others. */
  code(address: string, skip?: number): Promise<string>;
  /** The token in the link of the mail to an address. */
  linkToken(address: string): Promise<string>;
}

export interface Traits {
  readonly mail: string;
  readonly terms?: boolean;
  readonly login?: string;
  readonly person?: { readonly given?: string; readonly family?: string };
}

export const PASSWORD = 'a long-ish passphrase 7';
const SESSION = 'shop_session';
const agent = { 'user-agent': 'transcript/1' };

export function createStage({ publicUrl, adminUrl, mail }: Theatre, bindings: Bindings): Stage {
  const http = createHttpClient({ cookies: false });

  async function admin(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await http.request(method, `${adminUrl}${path}`, body === undefined ? {} : { json: body });
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  }

  const messages = (address: string): Promise<Answer> =>
    admin('GET', `/admin/courier/messages?recipient=${encodeURIComponent(address)}`);

  return {
    adminUrl,
    admin,
    bind: (name, value) => bindings.bind(name, value),
    value: (name) => bindings.get(name) ?? '',
    code: async (address, skip = 0) => codeIn(await mail.waitFor(address, { skip })),
    async recover(address) {
      const flow = await http.get(`${publicUrl}/self-service/recovery/api`, { headers: agent });
      const json = { method: 'code', email: address };
      await http.post(readText(flow.json, 'ui.action'), { headers: agent, json });
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
        schema_id: 'customer',
        traits: { terms: true, ...traits },
        credentials: { password: { config: { password } } },
        ...(state === undefined ? {} : { state }),
      });
      return readText(json, 'id');
    },
    async token(identifier) {
      const flow = await http.get(`${publicUrl}/self-service/login/api`, { headers: agent });
      const json = { method: 'password', identifier, password: PASSWORD };
      const answer = await http.post(readText(flow.json, 'ui.action'), { headers: agent, json });
      return readText(answer.json, 'session_token');
    },
    async cookies(identifier, csrf, session) {
      const browser = createHttpClient();
      const flow = await browser.get(`${publicUrl}/self-service/login/browser`, { headers: agent });
      const json = {
        method: 'password',
        identifier,
        password: PASSWORD,
        csrf_token: read(flow.json, 'ui.nodes.0.attributes.value'),
      };
      const answer = await browser.post(readText(flow.json, 'ui.action'), { headers: agent, json });
      browser.close();
      if (answer.status !== 200) throw new Error(`${identifier} cannot sign in: ${answer.status} ${answer.text}`);
      const name = browser.cookies.names().find((one) => one.startsWith('csrf_token_')) ?? '';
      bindings.bind('hex', name.slice('csrf_token_'.length));
      bindings.bind(csrf, browser.cookies.get(name) ?? '');
      bindings.bind(session, browser.cookies.get(SESSION) ?? '');
    },
  };
}
