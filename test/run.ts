// npm test: provides a database server and a browser, runs the tests, and says in its last line how many passed.
//
//   npm test                               everything but the long tests
//   npm test -- test/login/password        the files whose path contains this
//   SALLYPORT_TEST_STORE=mysql npm test -- test/browser
//                                          servers whose configuration names no database get one of MySQL or MariaDB; for
//                                          what is tested over HTTP the long test "on-mysql" does it
//   SALLYPORT_TEST_STORE=undone npm test -- test/browser
//                                          each transaction is undone and its work runs again, as after a deadlock; over
//                                          HTTP the project "undone and again" does it each time
//   npm test -- --project unit -t "words"  any option of vitest
//
//   npm run test:long                      the names of the long tests, and what each shows
//   npm run test:long -- crash edits       these
//   npm test -- --long-until 1767225600    after everything else the long tests, in their order, as far as each will have
//                                          ended by that second of the epoch; those left out are named
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LONG_TESTS, longArgs, type LongTest, SHORT_ARGS } from './projects.ts';
import { CHROMIUM_PACKAGE, findChromium } from './support/chromium.ts';
import { type DatabaseServer, findMariadb, MARIADB_PACKAGE, startMariadb, versionOf } from './support/mariadb.ts';
import { canInstall, installPackages } from './support/programs.ts';
import { type Counts, countTests, sumOf } from './support/report.ts';

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
  if (args[0] !== '--long') return await withServer(() => runShort(args));
  const from = args.findIndex((arg, n) => n > 0 && arg.startsWith('-'));
  const names = args.slice(1, from < 0 ? undefined : from);
  if (names.length === 0) return list();
  const unknown = names.filter((name) => LONG_TESTS.every((test) => test.name !== name));
  if (unknown.length > 0) {
    console.error(`There is no long test ${unknown.join(', ')}: npm run test:long without a name lists them.`);
    return 2;
  }
  const options = from < 0 ? [] : args.slice(from);
  const wanted = LONG_TESTS.filter(({ name }) => names.includes(name));
  return await withServer(async () => {
    const all: Counts[] = [];
    for (const test of wanted) if (!stopped) all.push(await runLong(test, options));
    return sumOf(all);
  });
}

function list(): number {
  for (const { name, minutes, shows } of LONG_TESTS) console.log(`${name.padEnd(10)} ${minutes} min  ${shows}`);
  console.log('\nnpm run test:long -- NAME …');
  return 0;
}

/** `npm test`, and after it the long tests that fit, where that was asked for. */
async function runShort(args: readonly string[]): Promise<Counts> {
  const at = args.indexOf('--long-until');
  const own = at < 0 ? args : args.toSpliced(at, 2);
  const all = [await runVitest(own.includes('--project') ? own : [...SHORT_ARGS, ...own])];
  if (at < 0) return sumOf(all);
  const until = Number(args[at + 1]) * 1_000;
  const left: string[] = [];
  for (const test of LONG_TESTS)
    if (!stopped && Date.now() + test.minutes * 60_000 <= until) all.push(await runLong(test));
    else left.push(test.name);
  if (left.length > 0) console.log(`Left out for want of time: npm run test:long -- ${left.join(' ')}`);
  return sumOf(all);
}

async function runLong(test: LongTest, options: readonly string[] = []): Promise<Counts> {
  console.log(`Long test ${test.name}: ${test.shows}`);
  return await runVitest([...longArgs(test), ...options]);
}

/** Runs tests beside a database server and a browser, and prints the last line. */
async function withServer(run: () => Promise<Counts>): Promise<number> {
  let server: DatabaseServer | undefined;
  try {
    provide();
    server = await database();
    if (stopped) throw new Error(`Stopped by ${stopped}.`);
    process.env['SALLYPORT_TEST_MYSQL_URL'] = server.url;
    process.env['SALLYPORT_TEST_CHROMIUM'] = findChromium();
    console.log(`Browser: ${findChromium()}`);
    const { passed, failed, skipped, failures } = await run();
    await server.stop();
    if (failures.length > 0) console.log(['Failed:', ...failures].join('\n  '));
    if (skipped > 0) console.log(`${skipped} skipped`);
    console.log(`${passed} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
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

/** Vitest reports live; what it counted is read from its JSON report. */
async function runVitest(args: readonly string[]): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-test-'));
  const report = join(folder, 'report.json');
  const program = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const options = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const env = { ...process.env, SALLYPORT_TEST_TALLY: join(folder, 'transactions') };
  try {
    vitest = spawn(process.execPath, [program, ...options, ...args], { cwd: root, env, stdio: 'inherit' });
    const status = await exitOf(vitest);
    if (!existsSync(report))
      throw new Error(`The tests did not come to their end: ${stopped ?? `vitest ended with ${status}`}.`);
    const counted = countTests(readFileSync(report, 'utf8'));
    const { passed, failed, skipped } = counted;
    if (status === 0 && passed + failed + skipped === 0) {
      console.error('No test was found there. The long tests have names: npm run test:long');
      return { ...counted, failed: 1, failures: ['no test was found'] };
    }
    if (status === 0 || failed > 0) return counted;
    console.error(`Vitest ended with ${status}, though no test failed: see above.`);
    return { ...counted, failed: 1, failures: [`vitest ended with ${status}, though no test failed`] };
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
