import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASIC_CONFIG, VERIFIED_FILES } from '../support/basic-config.ts';
import { courierSite } from '../support/couriers.ts';
import { createHttpClient } from '../support/http-client.ts';
import { startMailSink, type MailSink } from '../support/mail-sink.ts';
import { createDatabase, type Database } from '../support/mariadb.ts';
import { freePort } from '../support/ports.ts';
import { register } from '../support/self-service.ts';
import { runCommand, startServer, type TestServer } from '../support/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-watch-'));
let database: Database;
let mail: MailSink;
let dsn: string;

beforeAll(async () => {
  database = await createDatabase();
  dsn = database.url.replace(/@([^/]+)\//, '@tcp($1)/');
  mail = await startMailSink();
});
afterAll(async () => {
  await mail.stop();
  await database.drop();
  rmSync(folder, { recursive: true });
});

const courierPart = (): string =>
  `courier: { smtp: { connection_uri: 'smtp://127.0.0.1:${mail.port}/?disable_starttls=true' }, worker: { pull_wait: 100ms } }\n`;

function serverThat(args: readonly string[], more = ''): Promise<TestServer> {
  const config = BASIC_CONFIG.replace('[{ hook: session }]', '[{ hook: session }, { hook: verify }]');
  return startServer({
    config: `${config}${more}dsn: '${dsn}'\n${courierPart()}`,
    files: VERIFIED_FILES,
    args,
  });
}

/** Each starts processes one after the other, on a machine that may do much else. */
const PATIENCE = 180_000;

test(
  'what a server writes down, a courier in a process of its own sends, and counts',
  async () => {
    const port = await freePort();
    const server = await serverThat(['serve', '--dev']);
    const http = createHttpClient();
    const email = 'wanda@sallyport.test';
    expect((await register(http, server.publicUrl, { email, password: 'clouds over the harbour' }, 'api')).status).toBe(
      200,
    );
    expect(mail.mails()).toEqual([]);

    const site = await courierSite(
      `dsn: '${dsn}'\nsecrets: { cookie: [a-cookie-secret-made-up-for-tests] }\nexpose-metrics-port: ${port}\n${courierPart()}`,
    );
    const courier = site.start('watch');
    expect((await mail.waitFor(email, { timeoutMs: 60_000 })).to).toEqual([email]);
    await courier.atWork;
    const metrics = `http://127.0.0.1:${port}/metrics/prometheus`;
    const sent = /^sallyport_courier_tries_total\{type="email",template="verification_\w+",outcome="sent"\} 1$/m;
    let text = '';
    while (!sent.test(text)) text = await (await fetch(metrics)).text();
    expect(text).toContain('sallyport_outbox_queued 0\n');
    expect(text).toContain('sallyport_outbox_oldest_seconds 0\n');
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
    expect(await courier.stop()).toBe(0);
    expect(courier.log()).toContain('SIGTERM: finishing what is under way.');
    expect(mail.mails()).toHaveLength(1);
    await site.close();
    http.close();
    await server.stop();
  },
  PATIENCE,
);

test(
  'watch-courier in the configuration makes a server send by itself',
  async () => {
    const server = await serverThat(['serve', '--dev'], 'watch-courier: true\n');
    const http = createHttpClient();
    const email = 'walt@sallyport.test';
    expect((await register(http, server.publicUrl, { email, password: 'clouds over the harbour' }, 'api')).status).toBe(
      200,
    );
    expect((await mail.waitFor(email, { timeoutMs: 60_000 })).to).toEqual([email]);
    http.close();
    await server.stop();
  },
  PATIENCE,
);

const refused = async (config: string): Promise<string> => {
  const file = join(folder, 'refused.yml');
  writeFileSync(file, `secrets: { cookie: [a-cookie-secret-made-up-for-tests] }\n${config}`);
  const { status, output } = await runCommand(['courier', 'watch', '-c', file]);
  expect(status).toBe(1);
  return output;
};

test(
  'what cannot work is a sentence and exit status 1',
  async () => {
    expect(await refused('dsn: memory\n')).toContain('dsn is memory, which another process cannot see');
    expect(await refused(`dsn: sqlite://${join(folder, 'new.sqlite')}\n`)).toMatch(
      /The database is \d+ migrations behind\. Apply with: sallyport migrate sql up -c/,
    );
    const without = await runCommand(['courier', 'watch']);
    expect(without).toMatchObject({
      status: 1,
      output: expect.stringContaining('courier watch needs a configuration'),
    });
    const port = await runCommand(['courier', 'watch', '--expose-metrics-port', 'x']);
    expect(port).toMatchObject({ status: 1, output: expect.stringContaining('A port is a number from 0 to 65535') });
  },
  PATIENCE,
);

test('its help says what it does and how it ends', async () => {
  const { status, output } = await runCommand(['courier', 'watch', '--help']);
  expect(status).toBe(0);
  expect(output).toContain('--expose-metrics-port <port>');
  expect(output).toContain('what waits stays in the outbox');
});
