import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { createHttpClient } from '../support/http-client.ts';
import { MAIN, startServer } from '../support/server.ts';

test('a server whose log nobody reads any more goes on serving, and stops when it is told to', async () => {
  // Migrates and writes the configuration; the process under test is one that this test can cut off.
  const prepared = await startServer({ config: BASIC_CONFIG, files: BASIC_FILES });
  await prepared.stop({ keep: true });
  const args = ['--disable-warning=ExperimentalWarning', MAIN, 'serve', '--dev', '-c', `${prepared.folder}/config.yml`];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const http = createHttpClient({ cookies: false });
  await expect
    .poll(
      () =>
        http.get(`${prepared.publicUrl}/health/alive`).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 20_000 },
    )
    .toBe(200);
  child.stdout.destroy();
  child.stderr.destroy();
  for (let n = 0; n < 20; n += 1) {
    expect((await http.get(`${prepared.publicUrl}/self-service/login/flows?id=${n}`)).status).toBe(404);
    expect((await http.get(`${prepared.publicUrl}/self-service/login/api`)).status).toBe(200);
  }
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  http.close();
  rmSync(prepared.folder, { recursive: true, force: true });
});
