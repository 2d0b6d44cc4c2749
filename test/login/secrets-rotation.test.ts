import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { createHttpClient, type HttpClient, readText } from '../support/http-client.ts';
import { begin, signIn } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

const person = { email: 'tilda@sallyport.test', password: 'clouds over the harbour' };
const OLD = 'the-first-secret-of-this-server-01';
const NEW = 'the-second-secret-of-this-server-2';

describe('secrets that are rotated', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start([OLD]);
    await createPerson(server.adminUrl, person);
  });
  afterAll(async () => {
    await server.stop();
    rmSync(server.folder, { recursive: true, force: true });
  });

  async function restart(secrets: readonly string[]): Promise<void> {
    const { folder, ports } = server;
    await server.stop({ keep: true });
    server = await start(secrets, { folder, ports });
  }

  async function whoami(http: HttpClient, headers: Readonly<Record<string, string>> = {}): Promise<number> {
    const { status } = await http.get(`${server.publicUrl}/sessions/whoami`, { headers });
    return status;
  }

  test('a new one in front ends nothing; taking the old one away ends its cookies and nothing else', async () => {
    const [before, half, after] = [createHttpClient(), createHttpClient(), createHttpClient()];
    const native = createHttpClient({ cookies: false });
    await signIn(before, server.publicUrl, person, 'browser');
    const token = readText((await signIn(native, server.publicUrl, person)).json, 'session_token');
    const flow = await begin(half, server.publicUrl, 'login', 'browser');

    await restart([NEW, OLD]);
    expect(await whoami(before)).toBe(200);
    const json = { method: 'password', identifier: person.email, password: person.password, csrf_token: flow.csrf };
    const answer = await half.post(flow.action, { json });
    expect(answer.status, answer.text).toBe(200);
    await signIn(after, server.publicUrl, person, 'browser');

    await restart([NEW]);
    expect(await whoami(before)).toBe(401);
    expect(await whoami(after)).toBe(200);
    expect(await whoami(native, { 'x-session-token': token })).toBe(200);
    for (const http of [before, half, after, native]) http.close();
  });
});

function start(
  secrets: readonly string[],
  at: Partial<Pick<TestServer, 'folder' | 'ports'>> = {},
): Promise<TestServer> {
  return startServer({
    config: `${BASIC_CONFIG}\nsecrets: { cookie: ${JSON.stringify(secrets)} }\n`,
    files: BASIC_FILES,
    ...at,
  });
}
