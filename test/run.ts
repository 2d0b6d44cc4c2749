// npm test: provides a database server and a browser, runs every test, and says in its last line how many passed.
//
//   npm test                               everything
//   npm test -- test/login/password        the files whose path contains this
//   SALLYPORT_TEST_STORE=mysql npm test -- test/browser
//                                          servers whose configuration names no database get one of MySQL or MariaDB; for
//                                          what is tested over HTTP the project "on mysql" does it each time
//   SALLYPORT_TEST_STORE=undone npm test -- test/browser
//                                          each transaction is undone and its work runs again, as after a deadlock; over
//                                          HTTP the project "undone and again" does it each time
//   npm test -- --project unit -t "words"  any option of vitest
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHROMIUM_PACKAGE, findChromium } from './support/chromium.ts';
import { type DatabaseServer, findMariadb, MARIADB_PACKAGE, startMariadb, versionOf } from './support/mariadb.ts';
import { canInstall, installPackages } from './support/programs.ts';
import { countTests } from './support/report.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
let vitest: ChildProcess | undefined;
let stopped: NodeJS.Signals | undefined;

for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopped = signal;
    vitest?.kill(signal);
  });
}

process.exitCode = await main(process.argv.slice(2).filter((arg) => arg !== '--'));

async function main(args: readonly string[]): Promise<number> {
  let server: DatabaseServer | undefined;
  try {
    provide();
    server = await database();
    if (stopped) throw new Error(`Stopped by ${stopped}.`);
    process.env['SALLYPORT_TEST_MYSQL_URL'] = server.url;
    process.env['SALLYPORT_TEST_CHROMIUM'] = findChromium();
    return await runVitest(args, () => server?.stop());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.log('0 passed, 1 failed');
    return 1;
  } finally {
    await server?.stop();
  }
}

function provide(): void {
  const missing = [
    ...(givenUrl() === undefined && findMariadb() === undefined ? [MARIADB_PACKAGE] : []),
    ...(findChromium() === undefined ? [CHROMIUM_PACKAGE] : []),
  ];
  if (missing.length === 0) return;
  if (!canInstall()) {
    throw new Error(
      `The tests need ${missing.join(' and ')} on this machine: install what is missing, or set ` +
        'SALLYPORT_TEST_MYSQL_URL (mysql://user:password@host:port/) and SALLYPORT_TEST_CHROMIUM (the path of a Chromium).',
    );
  }
  console.log(`Installing ${missing.join(' and ')} …`);
  installPackages(missing);
}

async function database(): Promise<DatabaseServer> {
  const url = givenUrl();
  if (url !== undefined) {
    const given = { url, version: await versionOf(url), stop: () => Promise.resolve() };
    console.log(`Database: ${given.version}, given by SALLYPORT_TEST_MYSQL_URL`);
    return given;
  }
  const program = findMariadb();
  if (program === undefined) throw new Error(`${MARIADB_PACKAGE} was installed, and still there is no mariadbd.`);
  const server = await startMariadb(program);
  console.log(`Database: ${server.version}, a private server on ${new URL(server.url).host}`);
  return server;
}

function givenUrl(): string | undefined {
  const url = process.env['SALLYPORT_TEST_MYSQL_URL'];
  return url === '' ? undefined : url;
}

/** Vitest reports live; what it counted is read from its JSON report once the database is gone. */
async function runVitest(args: readonly string[], cleanUp: () => Promise<void> | undefined): Promise<number> {
  console.log(`Browser: ${findChromium()}`);
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-test-'));
  const report = join(folder, 'report.json');
  process.env['SALLYPORT_TEST_TALLY'] = join(folder, 'transactions');
  const program = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const options = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  try {
    vitest = spawn(process.execPath, [program, ...options, ...args], { cwd: root, stdio: 'inherit' });
    const status = await exitOf(vitest);
    if (!existsSync(report))
      throw new Error(`The tests did not come to their end: ${stopped ?? `vitest ended with ${status}`}.`);
    const { passed, failed, skipped } = countTests(readFileSync(report, 'utf8'));
    const broken = status !== 0 && failed === 0 ? 1 : failed;
    if (broken > failed) console.error(`Vitest ended with ${status}, though no test failed: see above.`);
    await cleanUp();
    if (skipped > 0) console.log(`${skipped} skipped`);
    console.log(`${passed} passed, ${broken} failed`);
    return broken === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function exitOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 1));
  });
}
