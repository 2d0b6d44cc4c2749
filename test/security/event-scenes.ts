import type { EventName } from '../../src/event/catalogue.ts';
import { createPerson } from '../support/admin.ts';
import type { EmbeddedServer } from '../support/embedded.ts';
import { createHttpClient, type HttpClient } from '../support/http-client.ts';
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
const toAddress = ({ email }: Person): object => ({ email });

/** All but those of a process that a signal reaches: test/reload has theirs. */
export type SceneName = Exclude<EventName, 'configuration.reloaded'>;

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
  'admin.write': { act: known },
};
