import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { type Answer, createHttpClient, read, readText } from '../support/http-client.ts';
import { isVerified, newestCode, newestLink } from '../support/mailbox.ts';
import type { Kind } from '../support/self-service.ts';
import type { ConfigurationName } from './configurations.ts';
import { BROKEN, type Neighbours } from './neighbours.ts';
import { type Addresses, BASE, type Visitor } from './visitor.ts';

/** Where a scene plays. */
export interface Stage {
  readonly server: Addresses;
  readonly neighbours: Neighbours;
  readonly visitor: Visitor;
  readonly email: string;
}

/** A flow that one release leads somewhere and another one ends. */
export interface Scene {
  readonly name: string;
  readonly configuration: ConfigurationName;
  begin(stage: Stage): Promise<void>;
  finish(stage: Stage): Promise<void>;
}

const PASSWORD = 'clouds over the harbour';
const NAME = 'Somebody';

const traitsOf = (email: string) => ({ email, name: NAME });
const password = (email: string) => ({ method: 'password', identifier: email, password: PASSWORD });

async function create({ server, email }: Stage, verified = true): Promise<string> {
  const http = createHttpClient({ cookies: false });
  const addresses = [{ value: email, via: 'email', verified, status: verified ? 'completed' : 'pending' }];
  const credentials = { password: { config: { password: PASSWORD } } };
  const json = { schema_id: 'person', traits: traitsOf(email), verifiable_addresses: addresses, credentials };
  const answer = await http.post(`${server.adminUrl}/admin/identities`, { json });
  http.close();
  expect(answer.status, answer.text).toBe(201);
  return readText(answer.json, 'id');
}

async function register({ visitor, email }: Stage): Promise<Answer> {
  await visitor.begin('registration');
  const answer = await visitor.send({ method: 'password', traits: traitsOf(email), password: PASSWORD });
  expect(answer.status, answer.text).toBe(200);
  return answer;
}

/** The provider says that somebody with this address is there. */
function signInThere({ neighbours, email }: Stage, claims: Readonly<Record<string, unknown>> = { name: NAME }): void {
  neighbours.provider.says({ sub: `sub-of-${email}`, email, email_verified: true, ...claims });
}

async function isSignedIn({ visitor, email }: Stage): Promise<void> {
  const { json, text } = await visitor.get(`${BASE}/sessions/whoami`);
  expect(read(json, 'identity.traits.email'), text).toBe(email);
}

async function passes(stage: Stage, fields: Readonly<Record<string, unknown>>): Promise<void> {
  const answer = await stage.visitor.send(fields);
  expect(answer.status, answer.text).toBe(200);
  await isSignedIn(stage);
}

async function comesBack(stage: Stage, claims?: Parameters<typeof signInThere>[1]): Promise<void> {
  signInThere(stage, claims);
  const answer = await stage.visitor.comeBack(stage.neighbours.provider.issuer);
  expect([answer.status, answer.location], answer.text).toEqual([303, 'http://127.0.0.1:4455/home']);
  await isSignedIn(stage);
}

async function asks({ visitor }: Stage, fields: Readonly<Record<string, unknown>>, states: string): Promise<void> {
  const { json, text } = await visitor.send(fields);
  expect(read(json, 'state'), text).toBe(states);
}

const codeFor = ({ server, email }: Stage): Promise<string> => newestCode(server, email);
const linkFor = ({ server, email }: Stage): Promise<string> => newestLink({ ...server, publicUrl: BASE }, email);
const change = (stage: Stage, name: string) => ({ method: 'profile', traits: { ...traitsOf(stage.email), name } });
const savesProfile = async (stage: Stage, name: string): Promise<void> => {
  await asks(stage, change(stage, name), 'success');
  const { json } = await stage.visitor.get(`${BASE}/sessions/whoami`);
  expect(read(json, 'identity.traits.name')).toBe(name);
};
const givesRecoveryCode = async (stage: Stage): Promise<void> => {
  const answer = await stage.visitor.send({ method: 'code', code: await codeFor(stage) });
  expect([answer.status, read(answer.json, 'error.id')], answer.text).toEqual([
    422,
    'browser_location_change_required',
  ]);
  await isSignedIn(stage);
};
const givesVerificationCode = async (stage: Stage): Promise<void> => {
  await asks(stage, { method: 'code', code: await codeFor(stage) }, 'passed_challenge');
  expect(await isVerified(stage.server, stage.email)).toBe(true);
};

const started =
  (kind: Kind, query = ''): Scene['begin'] =>
  async ({ visitor }) =>
    await visitor.begin(kind, query);
/** Ended by the release that began it: the other one says the same of it, and takes nothing more. */
const over: Scene['finish'] = async ({ visitor }) => {
  const answer = await visitor.send({ method: 'password', password: PASSWORD });
  expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
  expect(answer.status, answer.text).toBeLessThan(500);
};

const ONE_PAGE: Readonly<Record<string, Pick<Scene, 'begin' | 'finish'>>> = {
  'login: form': {
    async begin(stage) {
      await create(stage);
      await stage.visitor.begin('login');
    },
    finish: (stage) => passes(stage, password(stage.email)),
  },
  'login: form, after a refusal': {
    async begin(stage) {
      await create(stage);
      await stage.visitor.begin('login');
      const answer = await stage.visitor.send({ ...password(stage.email), password: 'not this one' });
      expect(answer.status, answer.text).toBe(400);
    },
    finish: (stage) => passes(stage, password(stage.email)),
  },
  'login: form, after a hook that failed': {
    async begin(stage) {
      await create({ ...stage, email: BROKEN });
      await stage.visitor.begin('login');
      const answer = await stage.visitor.send(password(BROKEN));
      expect(answer.status, answer.text).toBeGreaterThanOrEqual(500);
      await create(stage);
    },
    finish: (stage) => passes(stage, password(stage.email)),
  },
  'login: confirm': {
    async begin(stage) {
      await register(stage);
      await stage.visitor.begin('login', '?refresh=true');
    },
    finish: (stage) => passes(stage, password(stage.email)),
  },
  'login: sent': {
    async begin(stage) {
      await create(stage);
      await stage.visitor.begin('login');
      await asks(stage, { method: 'code', identifier: stage.email }, 'sent_email');
    },
    finish: async (stage) =>
      await passes(stage, { method: 'code', identifier: stage.email, code: await codeFor(stage) }),
  },
  'login: link': {
    async begin(stage) {
      const { visitor, neighbours } = stage;
      await create(stage);
      await visitor.begin('login');
      await visitor.goToProvider({});
      signInThere(stage);
      visitor.enter(await visitor.comeBack(neighbours.provider.issuer));
    },
    async finish(stage) {
      await passes(stage, password(stage.email));
      await stage.visitor.begin('settings');
      expect((await stage.visitor.shown()).nodes).toContain('unlink');
    },
  },
  'login: away': {
    async begin({ visitor }) {
      await visitor.begin('login');
      await visitor.goToProvider({});
    },
    finish: (stage) => comesBack(stage),
  },
  'login: done': {
    async begin(stage) {
      await create(stage);
      await stage.visitor.begin('login');
      await passes(stage, password(stage.email));
      const { json } = await stage.visitor.get(`${BASE}/self-service/logout/browser`);
      const left = await stage.visitor.get(readText(json, 'logout_url'));
      expect(left.status, left.text).toBe(204);
    },
    finish: over,
  },
  'registration: form': {
    begin: started('registration'),
    finish: (stage) => passes(stage, { method: 'password', traits: traitsOf(stage.email), password: PASSWORD }),
  },
  'registration: sent': {
    async begin(stage) {
      await stage.visitor.begin('registration');
      await asks(stage, { method: 'code', traits: traitsOf(stage.email) }, 'sent_email');
    },
    finish: async (stage) =>
      await passes(stage, { method: 'code', traits: traitsOf(stage.email), code: await codeFor(stage) }),
  },
  'registration: away': {
    async begin({ visitor }) {
      await visitor.begin('registration');
      await visitor.goToProvider({});
    },
    finish: (stage) => comesBack(stage),
  },
  'registration: complete': {
    async begin(stage) {
      const { visitor, neighbours } = stage;
      await visitor.begin('registration');
      await visitor.goToProvider({});
      signInThere(stage, {});
      visitor.enter(await visitor.comeBack(neighbours.provider.issuer));
    },
    async finish(stage) {
      await stage.visitor.goToProvider({ traits: traitsOf(stage.email) });
      await comesBack(stage, {});
    },
  },
  'registration: done': {
    async begin(stage) {
      await register(stage);
    },
    finish: over,
  },
  'settings: form': {
    async begin(stage) {
      await register(stage);
      await stage.visitor.begin('settings');
    },
    finish: (stage) => savesProfile(stage, 'Somebody else'),
  },
  'settings: away': {
    async begin(stage) {
      await register(stage);
      await stage.visitor.begin('settings');
      await stage.visitor.goToProvider({ link: 'acme' });
    },
    async finish(stage) {
      signInThere(stage);
      const answer = await stage.visitor.comeBack(stage.neighbours.provider.issuer);
      expect(answer.status, answer.text).toBe(303);
      expect(await stage.visitor.shown()).toMatchObject({
        state: 'success',
        nodes: expect.arrayContaining(['unlink']),
      });
    },
  },
  'settings: success': {
    async begin(stage) {
      await register(stage);
      await stage.visitor.begin('settings');
      await savesProfile(stage, 'Somebody else');
    },
    finish: (stage) => savesProfile(stage, 'Somebody quite else'),
  },
  'verification: address': {
    async begin(stage) {
      await create(stage, false);
      await stage.visitor.begin('verification');
    },
    async finish(stage) {
      await asks(stage, { method: 'code', email: stage.email }, 'sent_email');
      await givesVerificationCode(stage);
    },
  },
  'verification: sent': {
    async begin(stage) {
      await create(stage, false);
      await stage.visitor.begin('verification');
      await asks(stage, { method: 'code', email: stage.email }, 'sent_email');
    },
    finish: givesVerificationCode,
  },
  'verification: passed': {
    async begin(stage) {
      await create(stage, false);
      await stage.visitor.begin('verification');
      await asks(stage, { method: 'code', email: stage.email }, 'sent_email');
      await givesVerificationCode(stage);
    },
    finish: over,
  },
  'recovery: address': {
    async begin(stage) {
      await create(stage);
      await stage.visitor.begin('recovery');
    },
    async finish(stage) {
      await asks(stage, { method: 'code', email: stage.email }, 'sent_email');
      await givesRecoveryCode(stage);
    },
  },
  'recovery: sent': {
    async begin(stage) {
      await create(stage);
      await stage.visitor.begin('recovery');
      await asks(stage, { method: 'code', email: stage.email }, 'sent_email');
    },
    finish: givesRecoveryCode,
  },
  'recovery: passed': {
    async begin(stage) {
      await create(stage);
      await stage.visitor.begin('recovery');
      await asks(stage, { method: 'code', email: stage.email }, 'sent_email');
      await givesRecoveryCode(stage);
    },
    finish: over,
  },
};

const givesPassword = async (stage: Stage): Promise<void> => await passes(stage, password(stage.email));
const identifies = (stage: Stage) =>
  asks(stage, { method: 'identifier_first', identifier: stage.email }, 'choose_method');
const introduces = (stage: Stage) => asks(stage, { method: 'profile', traits: traitsOf(stage.email) }, 'choose_method');

const TWO_PAGES: typeof ONE_PAGE = {
  'login: identifier': {
    async begin(stage) {
      await create(stage);
      await stage.visitor.begin('login');
    },
    async finish(stage) {
      await identifies(stage);
      await givesPassword(stage);
    },
  },
  'login: credentials': {
    async begin(stage) {
      await create(stage);
      await stage.visitor.begin('login');
      await identifies(stage);
    },
    finish: givesPassword,
  },
  'registration: traits': {
    begin: started('registration'),
    async finish(stage) {
      await introduces(stage);
      await passes(stage, { method: 'password', traits: traitsOf(stage.email), password: PASSWORD });
    },
  },
  'registration: credentials': {
    async begin(stage) {
      await stage.visitor.begin('registration');
      await introduces(stage);
    },
    finish: (stage) => passes(stage, { method: 'password', traits: traitsOf(stage.email), password: PASSWORD }),
  },
  'settings: held': {
    async begin(stage) {
      await create(stage);
      await stage.visitor.begin('login');
      await givesPassword(stage);
      await stage.visitor.begin('settings');
      await delay(5_500);
      const answer = await stage.visitor.send({ method: 'password', password: 'bells of the old town' });
      expect([answer.status, read(answer.json, 'error.id')], answer.text).toEqual([403, 'session_refresh_required']);
    },
    async finish(stage) {
      const { visitor } = stage;
      const { kind, flow } = await visitor.leave();
      await visitor.begin('login', '?refresh=true');
      await givesPassword(stage);
      const back = await visitor.get(`${BASE}/self-service/${kind}?flow=${flow}`, 'text/html');
      expect(back.status, back.text).toBe(303);
      visitor.enter({ ...back, location: `http://127.0.0.1:4455/settings?flow=${flow}` });
      expect(await visitor.shown()).toMatchObject({ state: 'success' });
    },
  },
  'verification: sent, a link': {
    async begin(stage) {
      await create(stage, false);
      await stage.visitor.begin('verification');
      await asks(stage, { method: 'link', email: stage.email }, 'sent_email');
    },
    async finish(stage) {
      const answer = await stage.visitor.follow(await linkFor(stage));
      expect(answer.status, answer.text).toBe(303);
      expect(await isVerified(stage.server, stage.email)).toBe(true);
    },
  },
  'recovery: sent, a link': {
    async begin(stage) {
      await create(stage);
      await stage.visitor.begin('recovery');
      await asks(stage, { method: 'link', email: stage.email }, 'sent_email');
    },
    async finish(stage) {
      const answer = await stage.visitor.follow(await linkFor(stage));
      expect([answer.status, answer.location], answer.text).toEqual([303, expect.stringContaining('/settings?flow=')]);
      await isSignedIn(stage);
    },
  },
};

const scenesOf = (configuration: ConfigurationName, scenes: typeof ONE_PAGE): readonly Scene[] =>
  Object.entries(scenes).map(([name, scene]) => ({ name, configuration, ...scene }));

export const SCENES: readonly Scene[] = [...scenesOf('one-page', ONE_PAGE), ...scenesOf('two-pages', TWO_PAGES)];

/** `login: form` → `login-form@sallyport.test` */
export const emailOf = ({ name, configuration }: Scene): string =>
  `${name.replaceAll(/\W+/g, '-')}-${configuration}@sallyport.test`;
