import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp, type Sallyport } from '../../src/app.ts';
import { readConfiguration } from '../../src/configuration.ts';
import { formatIssue } from '../../src/kernel/issue.ts';
import type { Log } from '../../src/observe/log.ts';
import type { Store } from '../../src/store/store.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { freePort } from '../support/ports.ts';
import { clock } from './engines.ts';

/** Both listeners of this process, on a store that a test watches. The store stays open. */
export async function startApp(store: Store): Promise<Sallyport> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-app-'));
  const file = join(folder, 'config.yml');
  const [front, admin] = [await freePort(), await freePort()];
  writeFileSync(
    join(folder, 'person.schema.json'),
    (BASIC_FILES['person.schema.json'] ?? '').replace(
      '"ory.sh/kratos":{',
      '"ory.sh/kratos":{"verification":{"via":"email"},',
    ),
  );
  const config = BASIC_CONFIG.replace('<folder>', folder).replace(
    '[{ hook: session }]',
    '[{ hook: session }, { hook: verify }]',
  );
  writeFileSync(
    file,
    `dsn: memory
secrets: { cookie: [a-secret-for-the-tests-of-the-store-1] }
courier: { smtp: { connection_uri: 'smtp://127.0.0.1:9/' } }
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
