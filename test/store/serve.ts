import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp, type Sallyport } from '../../src/app/build-app.ts';
import { readConfiguration } from '../../src/app/configuration.ts';
import { formatIssue } from '../../src/kernel/issue.ts';
import type { Log } from '../../src/telemetry/log.ts';
import type { Store } from '../../src/store/store.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { freePort } from '../support/ports.ts';
import { clock } from './engines.ts';

/** Both listeners of this process, on a store that a test watches. The store stays open. */
export async function startApp(store: Store): Promise<Sallyport> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-app-'));
  const file = join(folder, 'config.yml');
  const [front, admin] = [await freePort(), await freePort()];
  writeFileSync(join(folder, 'person.schema.json'), MAIL_FILES['person.schema.json'] ?? '');
  const recovery = 'after: { hooks: [{ hook: revoke_active_sessions }] }';
  const config = mailConfig({ uri: 'smtp://127.0.0.1:9/' }, { passwordless: true, recovery }).replace(
    '<folder>',
    folder,
  );
  writeFileSync(
    file,
    `dsn: memory
secrets: { cookie: [a-secret-for-the-tests-of-the-store-1] }
serve:
  public: { host: 127.0.0.1, port: ${front}, base_url: 'http://127.0.0.1:${front}/' }
  admin: { host: 127.0.0.1, port: ${admin}, base_url: 'http://127.0.0.1:${admin}/' }
${config}`,
  );
  const { configuration, errors } = await readConfiguration({
    files: [file],
    env: {},
    cwd: folder,
    command: 'serve',
    dev: true,
  });
  rmSync(folder, { recursive: true });
  if (configuration === undefined) throw new Error(errors.map(formatIssue).join('\n'));
  const app = await buildApp(configuration, {
    store: { ...store, close: () => Promise.resolve() },
    clock,
    log: silent,
  });
  await app.listen();
  return app;
}

const nothing = (): void => undefined;
const silent: Log = {
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
  with: () => silent,
};
