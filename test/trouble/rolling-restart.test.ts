import { expect, test } from 'vitest';
import { startBalancer } from '../support/balancer.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type Answer, createHttpClient, readText } from '../support/http-client.ts';
import { createDatabase, dsnOf } from '../support/mariadb.ts';
import { say } from '../support/say.ts';
import { register, signIn } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

const ROUNDS = Number(process.env['SALLYPORT_TEST_ROLLS'] ?? 1);
/** Milliseconds between two requests: 200 a second. */
const PACE = 5;

const person = { email: 'ada@sallyport.test', password: 'clouds over the harbour' };

test(
  `three servers behind a balancer are restarted in turn (${ROUNDS} ×) and nobody notices`,
  async () => {
    const database = await createDatabase();
    const balancer = await startBalancer();
    const options = {
      config: `dsn: ${dsnOf(database.url)}\n${BASIC_CONFIG.replace(/^hashers: .*\n/m, '')}`,
      files: BASIC_FILES,
      args: ['serve'],
      env: { SERVE_PUBLIC_BASE_URL: `${balancer.url}/` },
    };
    const servers: TestServer[] = [];
    for (let n = 0; n < 3; n += 1) servers.push(await startServer({ ...options, migrated: n > 0 }));
    for (const { publicUrl } of servers) balancer.add(publicUrl);
    await expect.poll(balancer.ready).toBe(3);
    const load = await startLoad(balancer.url);

    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [n, { folder, ports }] of servers.entries()) {
        const status = await servers[n]?.stop({ keep: true });
        expect(status, servers[n]?.log()).toBe(0);
        servers[n] = await startServer({ ...options, folder, ports, migrated: true });
        await expect.poll(balancer.ready, { timeout: 20_000 }).toBe(3);
      }
    }

    const { answers, failures } = await load.end();
    await balancer.close();
    await Promise.all(servers.map((server) => server.stop()));
    await database.drop();
    say(`${ROUNDS * 3} restarts, ${answers} requests answered, ${failures.length} not`);
    expect(failures).toEqual([]);
    expect(answers).toBeGreaterThan(ROUNDS * 3);
  },
  120_000 + ROUNDS * 60_000,
);

/** Sessions asked for, flows begun and people signed in, one request after another whether or not answers came. */
async function startLoad(url: string) {
  const http = createHttpClient({ cookies: false });
  const registered = await register(http, url, person);
  expect(registered.status, registered.text).toBe(200);
  const headers = { 'X-Session-Token': readText(registered.json, 'session_token') };
  const failures: string[] = [];
  const open = new Set<Promise<void>>();
  let answers = 0;

  const sent = (what: string, asked: Promise<Answer>): void => {
    const noted = asked
      .then(({ status, text }) => {
        if (status === 200) answers += 1;
        else failures.push(`${what}: ${status} ${text}`);
      })
      .catch((error: unknown) => void failures.push(`${what}: ${String(error)}`))
      .finally(() => open.delete(noted));
    open.add(noted);
  };
  let count = 0;
  const timer = setInterval(() => {
    count += 1;
    if (count % 50 === 0) sent('sign-in', signIn(http, url, person));
    else if (count % 4 === 0) sent('flow', http.get(`${url}/self-service/login/api`));
    else sent('session', http.get(`${url}/sessions/whoami`, { headers }));
  }, PACE);
  return {
    async end() {
      clearInterval(timer);
      await Promise.all(open);
      http.close();
      return { answers, failures };
    },
  };
}
