import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createHttpClient, readText } from '../support/http-client.ts';
import { newestCode } from '../support/mailbox.ts';
import { freePort } from '../support/ports.ts';
import { begin, register } from '../support/self-service.ts';
import { MAIN } from '../support/server.ts';

/*
 * As in a container with `readOnlyRootFilesystem: true`: nothing can be written but the folder of the database, neither
 * temporary folders nor a home. A namespace of its own makes that: where the machine allows none, these tests are skipped.
 */

const folder = mkdtempSync(join(tmpdir(), 'sallyport-read-only-'));
const data = join(folder, 'data');
const CLOSED = [
  `mount -t tmpfs tmpfs ${data}`,
  'for m in /tmp /var/tmp /dev/shm /run; do if mountpoint -q $m; then mount -o remount,bind,ro $m; fi; done',
  'mount -o remount,bind,ro /',
  'cd /',
].join(' && ');

mkdirSync(data);
const inside = (command: string): readonly string[] => ['-rm', 'sh', '-c', `${CLOSED} && ${command}`];
const possible =
  spawnSync('unshare', inside(`! touch ${folder}/x 2>/dev/null && ! touch /tmp/x 2>/dev/null && touch ${data}/x`))
    .status === 0;

describe.skipIf(!possible)('with nothing to write to but the folder of the database', () => {
  let child: ChildProcess;
  let log = '';
  let publicUrl: string;
  let adminUrl: string;

  beforeAll(async () => {
    const [front, admin] = [await freePort(), await freePort()];
    publicUrl = `http://127.0.0.1:${front}`;
    adminUrl = `http://127.0.0.1:${admin}`;
    const file = join(folder, 'config.json');
    writeFileSync(
      file,
      JSON.stringify({
        dsn: `sqlite://${data}/db.sqlite`,
        secrets: { cookie: ['a-cookie-secret-made-up-for-tests'] },
        serve: {
          public: { host: '127.0.0.1', port: front, base_url: `${publicUrl}/` },
          admin: { host: '127.0.0.1', port: admin, base_url: `${adminUrl}/` },
        },
        courier: { smtp: { connection_uri: 'smtp://127.0.0.1:1/?disable_starttls=true' } },
        selfservice: {
          methods: { password: { config: { haveibeenpwned_enabled: false } } },
          flows: {
            registration: { after: { password: { hooks: [{ hook: 'session' }] } } },
            verification: { enabled: true },
          },
        },
      }),
    );
    const program = `${process.execPath} --disable-warning=ExperimentalWarning ${MAIN}`;
    const run = `${program} migrate sql up --yes -c ${file} && exec ${program} serve --dev -c ${file}`;
    const { PATH } = process.env;
    child = spawn('unshare', inside(run), { env: { PATH, HOME: '/nowhere' }, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const ready = async (): Promise<void> => {
      if ((await fetch(`${publicUrl}/health/ready`)).status !== 200) throw new Error(log);
    };
    await vi.waitFor(ready, { timeout: 30_000, interval: 100 });
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });

  test('people register and verify their address, and the server stays ready', async () => {
    const http = createHttpClient({ cookies: false });
    let headers = {};
    for (const email of ['bea@sallyport.test', 'ada@sallyport.test']) {
      const answer = await register(http, publicUrl, { email, password: 'clouds over the harbour' });
      expect(answer.status, `${answer.text}\n${log}`).toBe(200);
      headers = { 'x-session-token': readText(answer.json, 'session_token') };
    }
    const { id } = await begin(http, publicUrl, 'verification', 'api');
    const at = `${publicUrl}/self-service/verification?flow=${id}`;
    const sent = await http.post(at, { json: { method: 'code', email: 'ada@sallyport.test' }, headers });
    expect(sent.status, sent.text).toBe(200);
    const code = await newestCode({ adminUrl }, 'ada@sallyport.test');
    const verified = await http.post(at, { json: { method: 'code', code }, headers });
    expect(verified.text).toContain('passed_challenge');
    expect((await http.get(`${publicUrl}/health/ready`)).status).toBe(200);
    expect(log).not.toMatch(/ERROR|EROFS|SQLITE/);
    http.close();
  });
});
