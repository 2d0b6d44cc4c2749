import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { type Answer, createHttpClient, type HttpClient, read, readList, readText } from '../support/http-client.ts';
import { mailsOf, newestCode } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { messagesOf, valueOf } from '../support/self-service.ts';

// Default limits throughout; everybody comes through a trusted proxy, from the network it names.
const PROXY = 'serve: { public: { trusted_proxies: { count: 1 } } }\n';
const password = 'clouds over the harbour';
const CROWD = Array.from({ length: 25 }, (_, n) => `198.51.100.${n + 1}`);
const OWNER = '203.0.113.7';
/** An app is told to set a new password in a browser. */
const RECOVERED = 422;

/** Somebody in a network. */
interface Visitor {
  begin(
    kind: 'login' | 'recovery' | 'verification',
    type?: 'api' | 'browser',
  ): Promise<{ action: string; csrf: string }>;
  send(flow: { action: string; csrf: string }, json: Readonly<Record<string, string>>): Promise<Answer>;
}

function visitor(http: HttpClient, server: EmbeddedServer, from: string): Visitor {
  const headers = { 'x-forwarded-for': from };
  return {
    async begin(kind, type = 'api') {
      const { json } = await http.get(`${server.publicUrl}/self-service/${kind}/${type}`, { headers });
      return { action: readText(json, 'ui.action'), csrf: valueOf(json, 'csrf_token') };
    },
    send: ({ action, csrf }, json) =>
      http.post(action, { headers, json: { ...json, ...(csrf !== '' && { csrf_token: csrf }) } }),
  };
}

const open = (more: Parameters<typeof mailConfig>[1] = {}) =>
  openWith(`${PROXY}${mailConfig({ uri: 'smtp://127.0.0.1:1/' }, more)}`, MAIL_FILES);

function openWith(config: string, files: Readonly<Record<string, string>>) {
  const opened = { server: undefined as unknown as EmbeddedServer, http: undefined as unknown as HttpClient };
  beforeAll(async () => {
    opened.server = await startEmbedded({ config, files });
    opened.http = createHttpClient({ cookies: false });
  });
  afterAll(async () => {
    opened.http.close();
    await opened.server.stop();
  });
  return opened;
}

describe('codes', () => {
  const at = open({ passwordless: true });

  /** Wrong codes for an account, five in each flow, from network after network. */
  async function guess(email: string, flows: number): Promise<readonly number[]> {
    const statuses: number[] = [];
    for (let n = 0; n < flows; n += 1) {
      const stranger = visitor(at.http, at.server, CROWD[n % CROWD.length] ?? OWNER);
      const flow = await stranger.begin('recovery');
      await stranger.send(flow, { method: 'code', email });
      for (let i = 0; i < 5; i += 1)
        statuses.push((await stranger.send(flow, { method: 'code', code: '000000' })).status);
    }
    return statuses;
  }

  test('the right code is taken however many wrong ones strangers have sent', async () => {
    const email = 'locked@sallyport.test';
    await createPerson(at.server.adminUrl, { email, password });
    expect(new Set(await guess(email, 25))).not.toContain(429);

    const owner = visitor(at.http, at.server, OWNER);
    const flow = await owner.begin('recovery');
    await owner.send(flow, { method: 'code', email });
    const done = await owner.send(flow, { method: 'code', code: await newestCode(at.server, email) });
    expect(done.status).toBe(RECOVERED);

    const login = await owner.begin('login');
    await owner.send(login, { method: 'code', identifier: email });
    const signedIn = await owner.send(login, {
      method: 'code',
      identifier: email,
      code: await newestCode(at.server, email),
    });
    expect(signedIn.status).toBe(200);
  });

  test('from the hundredth wrong one on a code has one try', async () => {
    const email = 'guessed@sallyport.test';
    await createPerson(at.server.adminUrl, { email, password });
    const one = async () => {
      const stranger = visitor(at.http, at.server, OWNER);
      const flow = await stranger.begin('login');
      await stranger.send(flow, { method: 'code', identifier: email });
      await stranger.send(flow, { method: 'code', identifier: email, code: '000000' });
      return stranger.send(flow, { method: 'code', identifier: email, code: await newestCode(at.server, email) });
    };
    expect((await one()).status).toBe(200);
    await guess(email, 20);
    const second = await one();
    expect([second.status, messagesOf(second.json)]).toEqual([400, [4000001]]);
  });

  test('the code of an administrator counts for its flow only', async () => {
    const email = 'helped@sallyport.test';
    const id = await createPerson(at.server.adminUrl, { email, password });
    const hand = async () => {
      const { json } = await at.http.post(`${at.server.adminUrl}/admin/recovery/code`, {
        json: { identity_id: id, flow_type: 'api' },
      });
      const flow = new URL(readText(json, 'recovery_link')).searchParams.get('flow') ?? '';
      return {
        code: readText(json, 'recovery_code'),
        flow: { action: `${at.server.publicUrl}/self-service/recovery?flow=${flow}`, csrf: '' },
      };
    };
    const owner = visitor(at.http, at.server, OWNER);
    for (let n = 0; n < 21; n += 1) {
      const { flow } = await hand();
      for (let i = 0; i < 5; i += 1) await owner.send(flow, { method: 'code', code: '000000' });
    }
    const { flow, code } = await hand();
    await owner.send(flow, { method: 'code', code: '000000' });
    expect((await owner.send(flow, { method: 'code', code })).status).toBe(RECOVERED);
  });
});

describe('messages', () => {
  const at = open({ passwordless: true });
  const WITHHELD = 1900001;

  test('what a stranger asks for leaves the owner of the address theirs', async () => {
    const email = 'flooded@sallyport.test';
    await createPerson(at.server.adminUrl, { email, password });
    const stranger = visitor(at.http, at.server, CROWD[0] ?? '');
    const told: (readonly number[])[] = [];
    for (let n = 0; n < 8; n += 1) {
      const { json } = await stranger.send(await stranger.begin('recovery'), { method: 'code', email });
      told.push(messagesOf(json));
    }
    expect(told.map((ids) => ids.includes(WITHHELD))).toEqual([false, false, false, false, false, true, true, true]);
    expect(await mailsOf(at.server, email)).toHaveLength(5);
    const owner = visitor(at.http, at.server, OWNER);
    for (const kind of ['recovery', 'verification'] as const) {
      const { json } = await owner.send(await owner.begin(kind), { method: 'code', email });
      expect(messagesOf(json)).not.toContain(WITHHELD);
    }
    expect(await mailsOf(at.server, email)).toHaveLength(7);
  });

  test('above the sum of everybody each network has one an hour yet', async () => {
    const email = 'crowded@sallyport.test';
    await createPerson(at.server.adminUrl, { email, password });
    for (const from of CROWD.slice(0, 7)) {
      const stranger = visitor(at.http, at.server, from);
      for (let n = 0; n < 5; n += 1)
        await stranger.send(await stranger.begin('verification'), { method: 'code', email });
    }
    // Thirty of everybody, and one of the seventh network.
    expect(await mailsOf(at.server, email)).toHaveLength(31);
    const owner = visitor(at.http, at.server, OWNER);
    const ask = async () =>
      messagesOf((await owner.send(await owner.begin('verification'), { method: 'code', email })).json);
    expect([(await ask()).includes(WITHHELD), (await ask()).includes(WITHHELD)]).toEqual([false, true]);
  });

  test('the pause is one of a flow: another tab gets its code at once', async () => {
    const email = 'tabs@sallyport.test';
    await createPerson(at.server.adminUrl, { email, password });
    const owner = visitor(at.http, at.server, OWNER);
    const [first, second] = [await owner.begin('login'), await owner.begin('login')];
    const ask = (flow: { action: string; csrf: string }) => owner.send(flow, { method: 'code', identifier: email });
    expect(messagesOf((await ask(first)).json)).toEqual([1010014]);
    expect(messagesOf((await ask(second)).json)).toEqual([1010014]);
    expect(await mailsOf(at.server, email)).toHaveLength(2);
    const again = await owner.send(second, { method: 'code', identifier: email, resend: 'code' });
    expect(messagesOf(again.json)).toEqual([WITHHELD, 1010014]);
    const [message] = readList(again.json, 'ui.messages');
    const seconds = Number(read(message, 'context.retry_after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(30);
    expect(again.headers['retry-after']).toBe(String(seconds));
    expect(Number(read(message, 'context.available_at_unix'))).toBeGreaterThan(0);
  });

  test('an address that nobody has is answered in the same way', async () => {
    const email = 'known@sallyport.test';
    await createPerson(at.server.adminUrl, { email, password });
    const told = async (address: string) => {
      const one = visitor(at.http, at.server, OWNER);
      const flow = await one.begin('recovery');
      const answers = [];
      for (let n = 0; n < 3; n += 1) {
        const { status, json, headers } = await one.send(flow, { method: 'code', email: address });
        answers.push([status, messagesOf(json), headers['retry-after'] !== undefined]);
      }
      return answers;
    };
    expect(await told('nobody@sallyport.test')).toEqual(await told(email));
  });
});

describe('passwords', () => {
  const at = open();
  const wrong = (identifier: string) => ({ method: 'password', identifier, password: 'not the right one' });
  const right = (identifier: string) => ({ method: 'password', identifier, password });

  test('wrong ones from one network leave the others alone', async () => {
    const email = 'pair@sallyport.test';
    await createPerson(at.server.adminUrl, { email, password });
    const stranger = visitor(at.http, at.server, CROWD[0] ?? '');
    const flow = await stranger.begin('login');
    const statuses = [];
    for (let n = 0; n < 12; n += 1) statuses.push((await stranger.send(flow, wrong(email))).status);
    expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 400));
    expect(statuses.slice(10)).toEqual([429, 429]);
    const owner = visitor(at.http, at.server, OWNER);
    expect((await owner.send(await owner.begin('login'), right(email))).status).toBe(200);
  });

  test('above the sum of all strangers none is tried, and the mailed way is offered', async () => {
    const email = 'sum@sallyport.test';
    await createPerson(at.server.adminUrl, { email, password });
    for (const from of CROWD.slice(0, 10)) {
      const stranger = visitor(at.http, at.server, from);
      const flow = await stranger.begin('login');
      for (let n = 0; n < 10; n += 1) await stranger.send(flow, wrong(email));
    }
    const owner = visitor(at.http, at.server, OWNER);
    const app = await owner.send(await owner.begin('login'), right(email));
    expect([app.status, app.headers['retry-after'] !== undefined]).toEqual([429, true]);
    const cookies = createHttpClient();
    const browser = visitor(cookies, at.server, OWNER);
    const form = await browser.send(await browser.begin('login', 'browser'), right(email));
    expect([form.status, messagesOf(form.json)]).toEqual([400, [4900001]]);
    cookies.close();
    const flow = await owner.begin('recovery');
    await owner.send(flow, { method: 'code', email });
    const done = await owner.send(flow, { method: 'code', code: await newestCode(at.server, email) });
    expect(done.status).toBe(RECOVERED);
  });

  describe('where nothing is mailed', () => {
    const bare = openWith(`${PROXY}${BASIC_CONFIG}`, BASIC_FILES);

    test('one try is left every quarter of an hour, for the network that has waited longest', async () => {
      const email = 'bare@sallyport.test';
      await createPerson(bare.server.adminUrl, { email, password });
      const [crowd, owner] = [visitor(bare.http, bare.server, CROWD[0] ?? ''), visitor(bare.http, bare.server, OWNER)];
      for (const from of CROWD.slice(1, 11)) {
        const stranger = visitor(bare.http, bare.server, from);
        const flow = await stranger.begin('login');
        for (let n = 0; n < 10; n += 1) await stranger.send(flow, wrong(email));
      }
      const [theirs, mine] = [await crowd.begin('login'), await owner.begin('login')];
      const status = async (who: Visitor, flow: typeof mine, json: Readonly<Record<string, string>>) =>
        (await who.send(flow, json)).status;
      expect(await status(crowd, theirs, wrong(email))).toBe(400); // the try that is left
      expect(await status(owner, mine, right(email))).toBe(429);
      for (let n = 0; n < 20; n += 1) expect(await status(crowd, theirs, wrong(email))).toBe(429);
      bare.server.pass(15 * 60_000);
      // Whoever waits as long as they were told keeps their place, however often the others ask.
      expect(await status(crowd, theirs, wrong(email))).toBe(429);
      expect(await status(owner, mine, right(email))).toBe(200);
    });
  });

  test('one network tries a hundred over all accounts, and right ones are not counted', async () => {
    const from = '192.0.2.99';
    const people = await Promise.all(
      Array.from({ length: 5 }, (_, n) =>
        createPerson(at.server.adminUrl, { email: `office${n}@sallyport.test`, password }),
      ),
    );
    expect(people).toHaveLength(5);
    const office = visitor(at.http, at.server, from);
    for (let n = 0; n < 20; n += 1) {
      const done = await office.send(await office.begin('login'), right(`office${n % 5}@sallyport.test`));
      expect(done.status).toBe(200);
    }
    const flow = await office.begin('login');
    const statuses = [];
    for (let n = 0; n < 105; n += 1) statuses.push((await office.send(flow, wrong(`spray${n}@sallyport.test`))).status);
    expect([statuses.indexOf(429), new Set(statuses.slice(100))]).toEqual([100, new Set([429])]);
    const other = visitor(at.http, at.server, OWNER);
    expect((await other.send(await other.begin('login'), right('office0@sallyport.test'))).status).toBe(200);
  });
});
