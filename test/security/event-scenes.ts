import type { EventName } from '../../src/event/catalogue.ts';
import { createPerson } from '../support/admin.ts';
import type { EmbeddedServer } from '../support/embedded.ts';
import { createHttpClient, type HttpClient, readText } from '../support/http-client.ts';
import { newestCode, wrong } from '../support/mailbox.ts';
import { begin, register, signIn, type Begun, type Kind, type Person } from '../support/self-service.ts';

/** A server, and somebody before it who is not known yet. */
export interface Stage {
  readonly server: EmbeddedServer;
  readonly http: HttpClient;
  readonly person: Person;
}

/** What somebody does so that an event is told, and nothing else is. */
interface Scene {
  /** What the server is told before the act; its events do not count. */
  readonly before?: (stage: Stage) => Promise<unknown>;
  readonly act: (stage: Stage) => Promise<unknown>;
  /** All events of the act in their order; the one of the scene alone, unless given. */
  readonly tells?: readonly EventName[];
}

const known = ({ server, person }: Stage): Promise<unknown> => createPerson(server.adminUrl, person);

const asked = new WeakMap<Stage, Begun>();
const SESSION_COOKIE = 'ory_kratos_session';
const cookies = new WeakMap<Stage, readonly string[]>();

const ids = new WeakMap<Stage, string>();
const identityOf = (stage: Stage): string => `${stage.server.adminUrl}/admin/identities/${ids.get(stage)}`;

const tokens = new WeakMap<Stage, string>();
const headersOf = (stage: Stage): Readonly<Record<string, string>> => ({ 'x-session-token': tokens.get(stage) ?? '' });
async function signedIn(stage: Stage): Promise<void> {
  await known(stage);
  const { json } = await signIn(stage.http, stage.server.publicUrl, stage.person);
  tokens.set(stage, readText(json, 'session_token'));
}
const settings =
  (json: object) =>
  async (stage: Stage): Promise<void> => {
    const headers = headersOf(stage);
    const { json: flow } = await stage.http.get(`${stage.server.publicUrl}/self-service/settings/api`, { headers });
    await stage.http.post(readText(flow, 'ui.action'), { headers, json });
  };

/** Begins a flow, and asks for a code. */
const askFor = (kind: Kind, body: (person: Person) => object) => async (stage: Stage) => {
  const { server, http, person } = stage;
  await known(stage);
  const flow = await begin(http, server.publicUrl, kind, 'api');
  asked.set(stage, flow);
  await http.post(flow.action, { json: { method: 'code', ...body(person) } });
};
/** Sends the code that came, or another one. */
const sendCode = (right: boolean) => async (stage: Stage) => {
  const { server, http, person } = stage;
  const code = await newestCode(server, person.email);
  await http.post(asked.get(stage)?.action ?? '', { json: { method: 'code', code: right ? code : wrong(code) } });
};
const claimed = new WeakMap<Person, Begun>();
const toAddress = ({ email }: Person): object => ({ email });

/**
 * Events whose scene needs more than a server: a signal (test/reload), a start (beside these), a provider (test/oidc/native), a
 * security key (test/webauthn).
 */
type Elsewhere =
  'authenticator.copied' | 'configuration.reloaded' | 'configuration.weak' | 'secret.rotated' | 'session.issued';
export type SceneName = Exclude<EventName, Elsewhere>;

/** One scene for each event there is. */
export const SCENES: Readonly<Record<SceneName, Scene>> = {
  'login.succeeded': {
    before: known,
    act: ({ server, http, person }) => signIn(http, server.publicUrl, person),
  },
  'login.failed': {
    before: known,
    act: ({ server, http, person }) => signIn(http, server.publicUrl, { ...person, password: 'fog over the harbour' }),
  },
  'registration.succeeded': { act: ({ server, http, person }) => register(http, server.publicUrl, person) },
  'registration.refused': {
    before: known,
    act: ({ server, http, person }) => register(http, server.publicUrl, person),
  },
  'recovery.started': { act: askFor('recovery', toAddress), tells: ['admin.write', 'recovery.started'] },
  'recovery.succeeded': { before: askFor('recovery', toAddress), act: sendCode(true) },
  'recovery.failed': { before: askFor('recovery', toAddress), act: sendCode(false) },
  'verification.succeeded': { before: askFor('verification', toAddress), act: sendCode(true) },
  'account.claimed': {
    async before({ server, http, person }) {
      await register(http, server.publicUrl, person);
      const flow = await begin(http, server.publicUrl, 'recovery', 'api');
      await http.post(flow.action, { json: { method: 'code', ...toAddress(person) } });
      claimed.set(person, flow);
    },
    async act({ server, http, person }) {
      const code = await newestCode(server, person.email);
      await http.post(claimed.get(person)?.action ?? '', { json: { method: 'code', code } });
    },
    tells: ['credential.removed', 'session.revoked', 'account.claimed', 'recovery.succeeded'],
  },
  'verification.failed': { before: askFor('verification', toAddress), act: sendCode(false) },
  'limit.reached': {
    before: async (stage) => {
      await known(stage);
      for (let n = 0; n < 10; n += 1)
        await signIn(stage.http, stage.server.publicUrl, { ...stage.person, password: `fog ${n} over the harbour` });
    },
    async act({ server, http, person }) {
      for (let n = 0; n < 3; n += 1) await signIn(http, server.publicUrl, person);
    },
  },
  'return_to.refused': {
    act: ({ server, http }) =>
      http.get(`${server.publicUrl}/self-service/login/api?return_to=https%3A%2F%2Fa%40evil.example%2Fx%3Fsecret%3D1`),
  },
  'csrf.refused': {
    async act({ server, person }) {
      const browser = createHttpClient();
      const { action } = await begin(browser, server.publicUrl, 'login', 'browser');
      await browser.post(action, { json: { method: 'password', identifier: person.email, csrf_token: 'forged' } });
      browser.close();
    },
  },
  'session.conflict': {
    async before(stage) {
      const tokens = [stage.person, { ...stage.person, email: `other-${stage.person.email}` }].map(async (person) => {
        const browser = createHttpClient();
        await register(browser, stage.server.publicUrl, person, 'browser');
        browser.close();
        return browser.cookies.get(SESSION_COOKIE) ?? '';
      });
      cookies.set(stage, await Promise.all(tokens));
    },
    act: (stage) =>
      stage.http.get(`${stage.server.publicUrl}/sessions/whoami`, {
        headers: { cookie: (cookies.get(stage) ?? []).map((value) => `${SESSION_COOKIE}=${value}`).join('; ') },
      }),
  },
  'password.changed': { before: signedIn, act: settings({ method: 'password', password: 'stars over the harbour' }) },
  'address.changed': {
    before: signedIn,
    act: (stage) => settings({ method: 'profile', traits: { email: `new-${stage.person.email}` } })(stage),
  },
  'credential.added': {
    async before(stage) {
      const { adminUrl } = stage.server;
      const { json } = await stage.http.post(`${adminUrl}/admin/identities`, {
        json: { traits: { email: stage.person.email } },
      });
      ids.set(stage, readText(json, 'id'));
    },
    act: (stage) =>
      stage.http.request('PUT', identityOf(stage), {
        json: {
          traits: { email: stage.person.email },
          credentials: { password: { config: { password: stage.person.password } } },
        },
      }),
    tells: ['credential.added', 'admin.write'],
  },
  'credential.removed': {
    async before(stage) {
      const { adminUrl } = stage.server;
      const links = ['a', 'b'].map((subject) => ({ provider: 'acme', subject: `${subject} ${stage.person.email}` }));
      const { json } = await stage.http.post(`${adminUrl}/admin/identities`, {
        json: { traits: { email: stage.person.email }, credentials: { oidc: { config: { providers: links } } } },
      });
      ids.set(stage, readText(json, 'id'));
    },
    act: (stage) =>
      stage.http.request(
        'DELETE',
        `${identityOf(stage)}/credentials/oidc?identifier=${encodeURIComponent(`acme:a ${stage.person.email}`)}`,
      ),
    tells: ['credential.removed', 'admin.write'],
  },
  'session.revoked': {
    before: signedIn,
    async act(stage) {
      await signIn(stage.http, stage.server.publicUrl, stage.person);
      await stage.http.request('DELETE', `${stage.server.publicUrl}/sessions`, { headers: headersOf(stage) });
    },
    tells: ['login.succeeded', 'session.revoked'],
  },
  'admin.write': { act: known },
};
