import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countStored, createPerson } from '../support/admin.ts';
import { AT_ONCE_CONFIG, AT_ONCE_FILES, EIGHT, mailsTo } from '../support/at-once.ts';
import { createHttpClient, read } from '../support/http-client.ts';
import { begin, messagesOf } from '../support/self-service.ts';
import { SERVER_ENGINES } from '../support/on-engines.ts';
import type { TestServer } from '../support/server.ts';

const person = { email: 'rosa@sallyport.test', password: 'clouds over the harbour' };

describe.each(SERVER_ENGINES)('logins at the same time, on $name', ({ start }) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start({ config: AT_ONCE_CONFIG, files: AT_ONCE_FILES });
    await createPerson(server.adminUrl, person);
  });
  afterAll(() => server.stop());

  const json = { method: 'password', identifier: person.email, password: person.password };

  test('Eight submits of one flow issue one session, and the others are told that it is over.', async () => {
    const http = createHttpClient({ cookies: false });
    const before = await countStored(server.adminUrl);
    const flow = await begin(http, server.publicUrl, 'login', 'api');
    const answers = await Promise.all(EIGHT.map(() => http.post(flow.action, { json })));
    const lost = answers.filter(({ status }) => status !== 200);
    expect(lost).toHaveLength(7);
    for (const answer of lost) {
      expect(answer.status).toBe(400);
      expect(read(answer.json, 'state')).toBe('passed_challenge');
      expect(messagesOf(answer.json)).toEqual([4010002]);
      expect(answer.text).not.toContain('ory_st_');
    }
    expect((await countStored(server.adminUrl)).sessions).toBe(before.sessions + 1);
    expect(await mailsTo(server.adminUrl, person.email, 'login.after')).toBe(1);
    http.close();
  });

  test('Eight flows of one person issue eight sessions.', async () => {
    const http = createHttpClient({ cookies: false });
    const before = await countStored(server.adminUrl);
    const flows = await Promise.all(EIGHT.map(() => begin(http, server.publicUrl, 'login', 'api')));
    const answers = await Promise.all(flows.map((flow) => http.post(flow.action, { json })));
    expect(answers.map(({ status }) => status)).toEqual(EIGHT.map(() => 200));
    expect((await countStored(server.adminUrl)).sessions).toBe(before.sessions + 8);
    http.close();
  });

  test('A form that is sent twice by a browser ends at the return address both times, with one session.', async () => {
    const http = createHttpClient();
    const before = await countStored(server.adminUrl);
    const flow = await begin(http, server.publicUrl, 'login', 'browser');
    const form = { ...json, csrf_token: flow.csrf };
    const first = await http.post(flow.action, { form, accept: 'text/html' });
    const second = await http.post(flow.action, { form, accept: 'text/html' });
    expect([first.status, second.status]).toEqual([303, 303]);
    expect([first.location, second.location]).toEqual(['http://127.0.0.1:4455/home', 'http://127.0.0.1:4455/home']);
    expect((await countStored(server.adminUrl)).sessions).toBe(before.sessions + 1);
    http.close();
  });
});
