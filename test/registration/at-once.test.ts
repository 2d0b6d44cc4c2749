import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countStored } from '../support/admin.ts';
import { AT_ONCE_CONFIG, AT_ONCE_FILES, EIGHT, mailsTo } from '../support/at-once.ts';
import { createHttpClient, read } from '../support/http-client.ts';
import { begin, messagesOf, valueOf } from '../support/self-service.ts';
import { SERVER_ENGINES } from '../support/on-engines.ts';
import type { TestServer } from '../support/server.ts';

const PASSWORD = 'clouds over the harbour';

describe.each(SERVER_ENGINES)('registrations at the same time, on $name', ({ start }) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start({ config: AT_ONCE_CONFIG, files: AT_ONCE_FILES });
  });
  afterAll(() => server.stop());

  const body = (email: string) => ({ json: { method: 'password', traits: { email }, password: PASSWORD } });

  test('Eight submits of one flow make one person and one session, and the others are told that it is over.', async () => {
    const http = createHttpClient({ cookies: false });
    const before = await countStored(server.adminUrl);
    const flow = await begin(http, server.publicUrl, 'registration', 'api');
    const answers = await Promise.all(EIGHT.map(() => http.post(flow.action, body('olga@sallyport.test'))));
    const lost = answers.filter(({ status }) => status !== 200);
    expect(lost).toHaveLength(7);
    for (const { status, json } of lost) {
      expect(status).toBe(400);
      expect(read(json, 'state')).toBe('passed_challenge');
      expect(messagesOf(json)).toEqual([4010003]);
      expect(read(json, 'session_token')).toBeUndefined();
    }
    const after = await countStored(server.adminUrl);
    expect(after).toEqual({ identities: before.identities + 1, sessions: before.sessions + 1 });
    expect(await mailsTo(server.adminUrl, 'olga@sallyport.test', 'registration.after')).toBe(1);
    http.close();
  });

  test('Eight people with eight different addresses in one flow make one person.', async () => {
    const http = createHttpClient({ cookies: false });
    const before = await countStored(server.adminUrl);
    const flow = await begin(http, server.publicUrl, 'registration', 'api');
    const answers = await Promise.all(EIGHT.map((n) => http.post(flow.action, body(`many${n}@sallyport.test`))));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await countStored(server.adminUrl)).identities).toBe(before.identities + 1);
    http.close();
  });

  test('Eight flows with one address, differently spelled, make one person, and the others are told that it is taken.', async () => {
    const http = createHttpClient({ cookies: false });
    const before = await countStored(server.adminUrl);
    const flows = await Promise.all(EIGHT.map(() => begin(http, server.publicUrl, 'registration', 'api')));
    const spelled = (n: number) => (n % 2 === 0 ? 'Petra@sallyport.test' : 'petra@SALLYPORT.test');
    const answers = await Promise.all(flows.map((flow, n) => http.post(flow.action, body(spelled(n)))));
    const lost = answers.filter(({ status }) => status !== 200);
    expect(lost.map(({ status, json }) => [status, ...messagesOf(json)])).toEqual(lost.map(() => [400, 4000007]));
    const after = await countStored(server.adminUrl);
    expect(lost).toHaveLength(7);
    expect(after).toEqual({ identities: before.identities + 1, sessions: before.sessions + 1 });
    http.close();
  });

  test('A submit that is sent again after its answer was lost makes nothing and issues nothing.', async () => {
    const http = createHttpClient({ cookies: false });
    const flow = await begin(http, server.publicUrl, 'registration', 'api');
    const first = await http.post(flow.action, body('quin@sallyport.test'));
    const before = await countStored(server.adminUrl);
    const second = await http.post(flow.action, body('quin@sallyport.test'));
    expect([first.status, second.status]).toEqual([200, 400]);
    expect(messagesOf(second.json)).toEqual([4010003]);
    expect(read(second.json, 'session_token')).toBeUndefined();
    expect(await countStored(server.adminUrl)).toEqual(before);
    http.close();
  });
});

describe.each(SERVER_ENGINES)('registrations in two steps at the same time, on $name', ({ start }) => {
  let server: TestServer;
  beforeAll(async () => {
    const config = AT_ONCE_CONFIG.replace('style: unified', 'style: profile_first');
    server = await start({ config, files: AT_ONCE_FILES });
  });
  afterAll(() => server.stop());

  test('Eight first steps are one first step, and eight second steps make one person.', async () => {
    const http = createHttpClient({ cookies: false });
    const before = await countStored(server.adminUrl);
    const email = 'ravi@sallyport.test';
    const flow = await begin(http, server.publicUrl, 'registration', 'api');
    const send = (json: object) => Promise.all(EIGHT.map(() => http.post(flow.action, { json })));

    const first = await send({ method: 'profile', traits: { email } });
    for (const { status, json } of first) {
      expect([status, read(json, 'state')]).toEqual([400, 'choose_method']);
      expect(messagesOf(json)).toEqual([1040009]);
      expect(valueOf(json, 'traits.email')).toBe(email);
    }
    expect(await countStored(server.adminUrl)).toEqual(before);

    const second = await send({ method: 'password', traits: { email }, password: PASSWORD });
    const lost = second.filter(({ status }) => status !== 200);
    expect(lost).toHaveLength(7);
    for (const { status, json } of lost) {
      expect([status, read(json, 'state')]).toEqual([400, 'passed_challenge']);
      expect(messagesOf(json)).toEqual([4010003]);
      expect(read(json, 'session_token')).toBeUndefined();
    }
    const after = await countStored(server.adminUrl);
    expect(after).toEqual({ identities: before.identities + 1, sessions: before.sessions + 1 });
    expect(await mailsTo(server.adminUrl, email, 'registration.after')).toBe(1);
    http.close();
  });
});
