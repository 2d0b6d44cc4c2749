import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, read, readList, readText, type Answer } from '../support/http-client.ts';
import { mailsOf, newestCode } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { messagesOf, type Person, valueOf } from '../support/self-service.ts';
import { browserFrom, DEVICE, type BrowserFrom } from './browser-from.ts';

// Default limits throughout; everybody comes through a trusted proxy, from the network it names.
const PROXY = 'serve: { public: { trusted_proxies: { count: 1 } } }\n';
const CONFIG = `${PROXY}${mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { passwordless: true })}`;
const password = 'clouds over the harbour';
const WITHHELD = 1900001;
const NOT_TRIED = 4900001;
/** The proof of a recovery leads a single-page app to the settings. */
const RECOVERED = 422;

let server: EmbeddedServer;
beforeAll(async () => {
  server = await startEmbedded({ config: CONFIG, files: MAIL_FILES });
});
afterAll(() => server.stop());

function browser(network: string, at: EmbeddedServer = server): BrowserFrom {
  const opened = browserFrom(at, network);
  onTestFinished(() => opened.close());
  return opened;
}

/** A native app in a network, which has no cookies. */
function app(network: string, at: EmbeddedServer = server) {
  const http = createHttpClient({ cookies: false });
  onTestFinished(() => http.close());
  const headers = { 'x-forwarded-for': network };
  const begin = async (kind: 'login' | 'recovery' | 'verification') => {
    const { json } = await http.get(`${at.publicUrl}/self-service/${kind}/api`, { headers });
    return readText(json, 'ui.action');
  };
  return {
    begin,
    send: (action: string, json: unknown): Promise<Answer> => http.post(action, { headers, json }),
    signIn: async ({ email, password: typed }: Person) =>
      http.post(await begin('login'), { headers, json: { method: 'password', identifier: email, password: typed } }),
  };
}

async function person(name: string, at: EmbeddedServer = server): Promise<Person> {
  const email = `${name}@sallyport.test`;
  await createPerson(at.adminUrl, { email, password });
  return { email, password };
}

const wrong = ({ email }: Person): Person => ({ email, password: 'not the right one' });
let networks = 0;
const elsewhere = (): string => `100.64.${(networks += 1) >> 8}.${networks & 255}`;

/** Wrong passwords for an account, ten from each network, until those of strangers are tried no more. */
async function exhaust(who: Person, at: EmbeddedServer = server): Promise<void> {
  for (let n = 0; n < 10; n += 1) {
    const stranger = app(elsewhere(), at);
    const action = await stranger.begin('login');
    const json = { method: 'password', identifier: who.email, password: wrong(who).password };
    for (let i = 0; i < 10; i += 1) expect((await stranger.send(action, json)).status).toBe(400);
  }
}

/** A browser that has signed in, and whose session has ended since. */
async function knownDevice(who: Person, network: string, at: EmbeddedServer = server): Promise<BrowserFrom> {
  const visitor = browser(network, at);
  expect((await visitor.signIn(who)).status).toBe(200);
  visitor.forgetSession();
  return visitor;
}

const told = async (visitor: BrowserFrom, who: Person): Promise<readonly [number, readonly number[]]> => {
  const { status, json } = await visitor.signIn(who);
  return [status, messagesOf(json)];
};

describe('passwords of a known device', () => {
  test('are tried whatever strangers have sent, in its own network and beyond their sum', async () => {
    const who = await person('known');
    const home = '203.0.113.1';
    const owner = await knownDevice(who, home);
    // Every budget of its network is used up by strangers: that of the account and that of the network.
    const neighbour = app(home);
    const action = await neighbour.begin('login');
    const json = { method: 'password', password: 'not the right one' };
    const statuses = [];
    for (let n = 0; n < 12; n += 1)
      statuses.push((await neighbour.send(action, { ...json, identifier: who.email })).status);
    for (let n = 0; n < 95; n += 1)
      statuses.push((await neighbour.send(action, { ...json, identifier: `x${n}@sallyport.test` })).status);
    expect([statuses[9], statuses[10], statuses.at(-1)]).toEqual([400, 429, 429]);
    await exhaust(who);
    expect(await told(browser(elsewhere()), who)).toEqual([400, [NOT_TRIED]]);
    expect(await told(owner, who)).toEqual([200, []]);
  });

  test('and a right one of whomever ends the sum of strangers', async () => {
    const who = await person('ends');
    const owner = await knownDevice(who, elsewhere());
    await exhaust(who);
    expect(await told(browser(elsewhere()), wrong(who))).toEqual([400, [NOT_TRIED]]);
    expect((await owner.signIn(who)).status).toBe(200);
    expect((await browser(elsewhere()).signIn(who)).status).toBe(200);
  });

  test('are ten in a quarter of an hour, then one now and then: for itself alone', async () => {
    const who = await person('guesses');
    const [thief, owner] = [await knownDevice(who, '203.0.113.2'), await knownDevice(who, '203.0.113.2')];
    const form = await thief.begin('login');
    const guess = (typed: string) => thief.send(form, { method: 'password', identifier: who.email, password: typed });
    const statuses = [];
    for (let n = 0; n < 12; n += 1) statuses.push((await guess('not the right one')).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 400), 429, 429]);
    expect((await guess(password)).status).toBe(429);
    expect((await owner.signIn(who)).status).toBe(200);
    expect((await app('203.0.113.2').signIn(who)).status).toBe(200);
    server.pass(15 * 60_000);
    expect((await guess(password)).status).toBe(200);
    expect(server.events.filter(({ event }) => event === 'limit.reached').map((each) => each['budget'])).toContain(
      'device_failures',
    );
  });

  test('of a copy of its cookie count as its own', async () => {
    const who = await person('copied');
    const owner = await knownDevice(who, elsewhere());
    const statuses = [];
    for (let n = 0; n < 11; n += 1) {
      const copy = browser(elsewhere());
      copy.http.cookies.set(DEVICE, owner.http.cookies.get(DEVICE) ?? '');
      statuses.push((await copy.signIn(wrong(who))).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 400), 429]);
  });

  test('at once are ten, too', async () => {
    const who = await person('barrier');
    const owner = await knownDevice(who, elsewhere());
    const form = await owner.begin('login');
    const all = await Promise.all(
      Array.from({ length: 40 }, () =>
        owner.send(form, { method: 'password', identifier: who.email, password: 'not the right one' }),
      ),
    );
    const compared = all.filter(({ status }) => status === 400);
    expect(compared.length).toBeLessThanOrEqual(10);
    expect(all.filter(({ status }) => status !== 400 && status !== 429)).toEqual([]);
  });

  test('of a device that knows another account are a stranger’s', async () => {
    const [who, eve] = [await person('target'), await person('eve')];
    await exhaust(who);
    expect(await told(await knownDevice(eve, elsewhere()), who)).toEqual([400, [NOT_TRIED]]);
  });

  test('with `limits.devices: false` everybody is a stranger', async () => {
    const off = await startEmbedded({ config: `${CONFIG}limits: { devices: false }\n`, files: MAIL_FILES });
    try {
      const who = await person('off', off);
      const owner = await knownDevice(who, elsewhere(), off);
      await exhaust(who, off);
      expect(await told(owner, who)).toEqual([400, [NOT_TRIED]]);
    } finally {
      await off.stop();
    }
  });
});

describe('an app in a network from which its account has signed in', () => {
  test('is tried beyond what strangers of other networks have sent', async () => {
    const who = await person('app');
    const home = elsewhere();
    expect((await app(home).signIn(who)).status).toBe(200);
    await exhaust(who);
    expect((await app(elsewhere()).signIn(who)).status).toBe(429);
    expect((await app(home).signIn(who)).status).toBe(200);
  });

  test('has no more tries than strangers of that network, and no more messages', async () => {
    const who = await person('office');
    const home = elsewhere();
    expect((await app(home).signIn(who)).status).toBe(200);
    const neighbour = app(home);
    const action = await neighbour.begin('login');
    const json = { method: 'password', identifier: who.email, password: 'not the right one' };
    const statuses = [];
    for (let n = 0; n < 11; n += 1) statuses.push((await neighbour.send(action, json)).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 400), 429]);
    const asked = [];
    for (let n = 0; n < 6; n += 1)
      asked.push(
        messagesOf(
          (await neighbour.send(await neighbour.begin('recovery'), { method: 'code', email: who.email })).json,
        ),
      );
    expect(asked.map((ids) => ids.includes(WITHHELD))).toEqual([false, false, false, false, false, true]);
  });

  test('is a stranger a month later, and after the password was changed', async () => {
    const late = await startEmbedded({ config: `${CONFIG}session: { lifespan: 2000h }\n`, files: MAIL_FILES });
    try {
      const [who, other] = [await person('month', late), await person('changed', late)];
      const home = elsewhere();
      for (const each of [who, other]) expect((await app(home, late).signIn(each)).status).toBe(200);
      const owner = await knownDevice(other, elsewhere(), late);
      expect((await owner.signIn(other)).status).toBe(200);
      late.pass(1);
      expect((await owner.changePassword('bells of the old town')).status).toBe(200);
      await exhaust(other, late);
      expect((await app(home, late).signIn({ ...other, password: 'bells of the old town' })).status).toBe(429);
      late.pass(30 * 24 * 60 * 60_000);
      await exhaust(who, late);
      expect((await app(home, late).signIn(who)).status).toBe(429);
    } finally {
      await late.stop();
    }
  });

  test('does the same statements for accounts that nobody has', async () => {
    const statements: string[] = [];
    const watched = await startEmbedded({
      config: CONFIG,
      files: MAIL_FILES,
      watch: ({ statement }) => void (statement && statements.push(statement.text)),
    });
    try {
      const who = await person('counted', watched);
      const home = elsewhere();
      const visitor = app(home, watched);
      expect((await visitor.signIn(who)).status).toBe(200);
      const made = async (kind: 'login' | 'recovery' | 'verification', identifier: string) => {
        const action = await visitor.begin(kind);
        statements.length = 0;
        const json =
          kind === 'login'
            ? { method: 'password', identifier, password: 'not the right one' }
            : { method: 'code', email: identifier };
        await visitor.send(action, json);
        // The flows of a network are written down now and then, beside all requests.
        return statements.filter((text) => !/\blimits\b/.test(text));
      };
      for (const kind of ['login', 'recovery', 'verification'] as const)
        expect(await made(kind, 'nobody@sallyport.test'), kind).toEqual(await made(kind, who.email));
    } finally {
      await watched.stop();
    }
  });
});

describe('messages for a known device', () => {
  const ask = async (visitor: BrowserFrom, kind: 'login' | 'recovery' | 'verification', email: string) => {
    const field = kind === 'login' ? 'identifier' : 'email';
    const { json } = await visitor.send(await visitor.begin(kind), { method: 'code', [field]: email });
    return messagesOf(json).includes(WITHHELD);
  };

  test('are its own: none of strangers, in its network or in all, takes them', async () => {
    const who = await person('mails');
    const home = elsewhere();
    const owner = await knownDevice(who, home);
    for (let n = 0; n < 8; n += 1) {
      const stranger = browser(n === 0 ? home : elsewhere());
      for (let i = 0; i < 5; i += 1)
        for (const kind of ['verification', 'recovery'] as const) await ask(stranger, kind, who.email);
    }
    expect(await ask(browser(home), 'verification', who.email)).toBe(true);
    for (const kind of ['verification', 'recovery', 'login'] as const)
      expect(await ask(owner, kind, who.email), kind).toBe(false);
    expect(await owner.recover(who.email)).toMatchObject({ status: RECOVERED });
  });

  test('are five an hour, those of a recovery counted apart', async () => {
    const who = await person('five');
    const owner = await knownDevice(who, elsewhere());
    const asked = [];
    for (let n = 0; n < 6; n += 1) asked.push(await ask(owner, 'verification', who.email));
    expect(asked).toEqual([false, false, false, false, false, true]);
    expect(await ask(owner, 'recovery', who.email)).toBe(false);
    expect(await ask(browser(elsewhere()), 'verification', who.email)).toBe(false);
    server.pass(60 * 60_000);
    expect(await ask(owner, 'verification', who.email)).toBe(false);
  });

  test('to one address are thirty an hour over all its devices', async () => {
    const who = await person('many');
    const home = elsewhere();
    for (let n = 0; n < 7; n += 1) {
      const device = await knownDevice(who, home);
      for (let i = 0; i < 5; i += 1) await ask(device, 'verification', who.email);
    }
    expect(await mailsOf(server, who.email)).toHaveLength(30);
    expect(await ask(browser(elsewhere()), 'verification', who.email)).toBe(false);
  });

  test('for an address of somebody else are a stranger’s', async () => {
    const [eve, who] = [await person('bomber'), await person('bombed')];
    const home = elsewhere();
    const device = await knownDevice(eve, home);
    for (let n = 0; n < 6; n += 1) await ask(device, 'recovery', who.email);
    expect(await mailsOf(server, who.email)).toHaveLength(5);
    expect(await ask(browser(home), 'recovery', who.email)).toBe(true);
  });
});

describe('messages that the server sends by itself', () => {
  /** What the verification says to which an answer leads. */
  const ledTo = async (visitor: BrowserFrom, answer: Answer): Promise<readonly number[]> => {
    const offer = readList(answer.json, 'continue_with').find(
      (each) => read(each, 'action') === 'show_verification_ui',
    );
    const { json } = await visitor.get(`/self-service/verification/flows?id=${readText(offer, 'flow.id')}`);
    return messagesOf(json);
  };
  const SENT = 1080003;
  let leading: EmbeddedServer;
  beforeAll(async () => {
    const hooks = '[{ hook: session }, { hook: show_verification_ui }]';
    const config = `${PROXY}${mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { registrationHooks: hooks })}`.replace(
      'settings: { ui_url: http://127.0.0.1:4455/settings }',
      'settings: { ui_url: http://127.0.0.1:4455/settings, after: { profile: { hooks: [{ hook: show_verification_ui }] } } }',
    );
    leading = await startEmbedded({ config, files: MAIL_FILES });
  });
  afterAll(() => leading.stop());

  test('to an address that somebody puts into their account are paid for like any other', async () => {
    const who = await person('traveller', leading);
    const victim = 'victim@sallyport.test';
    const visitor = browser(elsewhere(), leading);
    expect((await visitor.signIn(who)).status).toBe(200);
    const told = [];
    for (let n = 0; n < 6; n += 1) {
      const save = async (email: string) =>
        visitor.send(await visitor.begin('settings'), { method: 'profile', traits: { email } });
      const answer = await save(victim);
      expect(answer.status, answer.text).toBe(200);
      told.push(await ledTo(visitor, answer));
      await save(who.email);
    }
    expect(told.map((ids) => ids.includes(WITHHELD))).toEqual([false, false, false, false, false, true]);
    expect(told.at(-1)).toEqual([WITHHELD, SENT]);
    expect(await mailsOf(leading, victim)).toHaveLength(5);
  });

  test('at a registration, too; and it is sent when the time has come', async () => {
    const home = elsewhere();
    const email = 'registers@sallyport.test';
    const stranger = browser(home, leading);
    for (let n = 0; n < 5; n += 1) await stranger.send(await stranger.begin('verification'), { method: 'code', email });
    // Nobody has the address: nothing was sent, and it counts all the same.
    const visitor = browser(home, leading);
    const form = await visitor.begin('registration');
    const answer = await visitor.send(form, { method: 'password', traits: { email }, password });
    expect(answer.status, answer.text).toBe(200);
    expect(await ledTo(visitor, answer)).toEqual([WITHHELD, SENT]);
    expect(await mailsOf(leading, email)).toEqual([]);
    leading.pass(60 * 60_000);
    expect(messagesOf((await visitor.confirm(email)).json)).toEqual([1080002]);
  });
});

describe('forms', () => {
  const opens = async (visitor: BrowserFrom): Promise<number> =>
    (await visitor.get('/self-service/login/browser')).status;

  test('are opened on a device that has signed in before, however many strangers of its network open', async () => {
    const who = await person('opens');
    const home = elsewhere();
    const owner = await knownDevice(who, home);
    const stranger = browser(home);
    const statuses = [];
    for (let n = 0; n < 62; n += 1) statuses.push(await opens(stranger));
    expect(statuses.indexOf(429)).toBeGreaterThan(0);
    expect(statuses.at(-1)).toBe(429);
    expect(await told(owner, who)).toEqual([200, []]);
  });

  test('are sixty a minute for all such devices of a network', async () => {
    const home = elsewhere();
    const devices = [await knownDevice(await person('eager'), home), await knownDevice(await person('keen'), home)];
    const statuses = [];
    for (let n = 0; n < 62; n += 1) for (const device of devices) statuses.push(await opens(device));
    expect(statuses.filter((status) => status === 200)).toHaveLength(60);
  });
});

describe('codes of a known device', () => {
  test('have five tries beyond the sum of wrong ones', async () => {
    const who = await person('codes');
    const owner = await knownDevice(who, elsewhere());
    for (let n = 0; n < 20; n += 1) {
      const stranger = app(elsewhere());
      const action = await stranger.begin('recovery');
      await stranger.send(action, { method: 'code', email: who.email });
      for (let i = 0; i < 5; i += 1) await stranger.send(action, { method: 'code', code: '000000' });
    }
    const second = async (visitor: BrowserFrom) => {
      const form = await visitor.begin('login');
      const json = { method: 'code', identifier: who.email };
      await visitor.send(form, json);
      await visitor.send(form, { ...json, code: '000000' });
      return (await visitor.send(form, { ...json, code: await newestCode(server, who.email) })).status;
    };
    expect(await second(browser(elsewhere()))).toBe(400);
    expect(await second(owner)).toBe(200);
  });
});

test('where nothing is mailed a known device signs in beyond the sum of strangers', async () => {
  const bare = await startEmbedded({ config: `${PROXY}${BASIC_CONFIG}`, files: BASIC_FILES });
  try {
    const who = await person('bare', bare);
    const owner = await knownDevice(who, elsewhere(), bare);
    await exhaust(who, bare);
    const crowd = browser(elsewhere(), bare);
    expect((await crowd.signIn(wrong(who))).status).toBe(400); // the try that is left
    expect(await told(crowd, who)).toEqual([400, [NOT_TRIED]]);
    expect(await told(owner, who)).toEqual([200, []]);
  } finally {
    await bare.stop();
  }
});

test('what a form says to a device tells nobody else’s account', async () => {
  const eve = await person('curious');
  await person('real');
  const device = await knownDevice(eve, elsewhere());
  const form = await device.begin('login');
  const answers = [];
  for (const identifier of ['real@sallyport.test', 'unreal@sallyport.test']) {
    const { status, json } = await device.send(form, { method: 'password', identifier, password: 'not the right one' });
    answers.push([status, messagesOf(json), valueOf(json, 'method')]);
  }
  expect(answers[0]).toEqual(answers[1]);
});
