import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Watch } from '../../src/store/knex/connection.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { type Answer, createHttpClient, readText } from '../support/http-client.ts';
import { durable, type Place } from './engines.ts';

const person = { identifier: 'ada@sallyport.test', password: 'clouds over the harbour' };

/** A database that stops before it stores something, once it is told to, until it may go on. */
function createHold() {
  let held: { readonly reached: () => void; readonly open: Promise<void> } | undefined;
  let inside = false;
  const watch: Watch = async ({ what, statement }) => {
    if (what === 'begin') inside = true;
    if (what === 'committed' || what === 'rollback') inside = false;
    const alone = what === 'statement' && !inside && /^insert into .flows./i.test(statement?.text ?? '');
    if (held === undefined || (what !== 'commit' && !alone)) return;
    const { reached, open } = held;
    held = undefined;
    reached();
    await open;
  };
  return {
    watch,
    /** `reached`: the next write that would be stored stands still until `open` is called. */
    next() {
      const [reached, open] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      held = { reached: reached.resolve, open: open.promise };
      return { reached: reached.promise, open: open.resolve };
    },
  };
}

describe.each(durable)('$name', ({ place }) => {
  const hold = createHold();
  const http = createHttpClient({ cookies: false });
  let at: Place;
  let server: EmbeddedServer;
  let token = '';
  beforeAll(async () => {
    at = await place();
    server = await startEmbedded({ config: BASIC_CONFIG, files: BASIC_FILES, dsn: at.dsn, watch: hold.watch });
  });
  afterAll(async () => {
    http.close();
    await server.stop();
    await at.remove();
  });

  /** Asks while the database stands still before its commit: nothing is answered until it goes on. */
  async function answerOf(ask: () => Promise<Answer>): Promise<Answer> {
    const { reached, open } = hold.next();
    let answered = false;
    const answer = ask().finally(() => (answered = true));
    try {
      await Promise.race([reached, answer]);
      // An answer that had been sent would be here before those to requests that were sent after it.
      for (let i = 0; i < 3; i += 1) await http.get(`${server.adminUrl}/health/alive`);
      expect(answered).toBe(false);
    } finally {
      open();
    }
    return answer;
  }
  const begin = (kind: string): Promise<Answer> =>
    http.get(`${server.publicUrl}/self-service/${kind}/api`, { headers: { 'x-session-token': token } });
  const submit = async (kind: string, json: object): Promise<Answer> => {
    const action = readText((await begin(kind)).json, 'ui.action');
    return answerOf(() => http.post(action, { json, headers: { 'x-session-token': token } }));
  };

  test('no answer is sent before its commit: of a flow that begins, a registration, a sign-in, settings, a sign-out', async () => {
    expect((await answerOf(() => begin('login'))).status).toBe(200);
    const { identifier: email, password } = person;
    const registered = await submit('registration', { method: 'password', traits: { email }, password });
    expect(registered.status).toBe(200);
    const signedIn = await submit('login', { method: 'password', ...person });
    expect(signedIn.status).toBe(200);
    token = readText(signedIn.json, 'session_token');
    expect((await submit('settings', { method: 'profile', traits: { email, name: 'Ada' } })).status).toBe(200);
    const session_token = token;
    const url = `${server.publicUrl}/self-service/logout/api`;
    expect((await answerOf(() => http.request('DELETE', url, { json: { session_token } }))).status).toBe(204);
  });

  test('nor is the refusal of a wrong password, whose try has been counted', async () => {
    token = '';
    const wrong = await submit('login', { method: 'password', ...person, password: 'not the right one' });
    expect(wrong.status).toBe(400);
  });
});
