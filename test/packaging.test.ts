import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from './support/ports.ts';

/* The ways by which somebody gets the package: from git, from a tarball, and a checkout of their own. */

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sallyport-packaging-'));
const repository = join(folder, 'repository');
/** Long, because packages are installed. */
const LONG = 600_000;

beforeAll(() => {
  const { stdout } = run('git', ['ls-files', '-co', '--exclude-standard', '-z'], root);
  for (const file of stdout.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(repository, file)), { recursive: true });
    cpSync(join(root, file), join(repository, file));
  }
  run('git', ['init', '-q'], repository);
  run('git', ['add', '-A'], repository);
  run('git', ['-c', 'user.name=a', '-c', 'user.email=a@sallyport.test', 'commit', '-qm', 'all'], repository);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }), LONG);

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment of somebody who has no npm around them. */
const plainEnv = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_|^NODE_ENV$|^NODE_COMPILE_CACHE$|^VITEST|^INIT_CWD$/i.test(name),
    ),
  );

/** The same, and their Node is the one that runs the tests. */
const withOurNode = (): NodeJS.ProcessEnv => ({
  ...plainEnv(),
  PATH: [dirname(process.execPath), process.env['PATH']].filter((each) => each !== undefined).join(delimiter),
});

function spawned(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Ran {
  const ran = spawnSync(program, args, { cwd, env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, timeout: LONG });
  if (ran.error !== undefined) throw ran.error;
  return ran;
}

const run = (program: string, args: readonly string[], cwd: string, more: NodeJS.ProcessEnv = {}): Ran =>
  spawned(program, args, cwd, { ...withOurNode(), ...more });

/** npm runs under the Node that it belongs to: beside another it would not find the configuration of this machine. */
const npm = (args: readonly string[], cwd: string): Ran =>
  spawned('npm', [...args, '--no-audit', '--no-fund', '--prefer-offline'], cwd, plainEnv());

/** An empty project. */
function project(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'package.json'), '{ "private": true }');
  return path;
}

interface Started {
  /** What the first page answers. */
  readonly status: number;
  /** The type of its stylesheet. */
  readonly style: string | null;
  /** The type of the script for passkeys and security keys. */
  readonly script: string | null;
  /** What Node compiled is kept while the server runs. */
  readonly compiled: boolean;
}

const STARTED: Started = {
  status: 200,
  style: 'text/css; charset=utf-8',
  script: 'text/javascript; charset=UTF-8',
  compiled: true,
};

/** Starts what was installed in a project, looks around, and stops it. */
async function start(path: string): Promise<Started> {
  const [front, admin] = [await freePort(), await freePort()];
  const file = join(path, 'sallyport.yaml');
  writeFileSync(
    file,
    [
      'dsn: memory',
      'secrets: { cookie: [a-cookie-secret-made-up-for-tests] }',
      `serve: { public: { host: 127.0.0.1, port: ${front} }, admin: { host: 127.0.0.1, port: ${admin} } }`,
      '',
    ].join('\n'),
  );
  const bin = join(path, 'node_modules', '.bin', 'sallyport');
  const child = spawn(bin, ['serve', '--dev', '-c', file], { cwd: path, env: withOurNode(), stdio: 'pipe' });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const end = Date.now() + 60_000;
  const until = async (holds: () => Promise<boolean>): Promise<boolean> => {
    while (!(await holds())) {
      if (child.exitCode !== null) throw new Error(log);
      if (Date.now() > end) return false;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return true;
  };
  const get = (at: string, accept: string): Promise<Response> =>
    fetch(new URL(at, `http://127.0.0.1:${front}`), { headers: { accept } });
  try {
    await until(() =>
      get('/health/alive', '*/*').then(
        () => true,
        () => false,
      ),
    );
    const { status } = await get('/self-service/registration/api', 'application/json');
    const page = await (await get('/ui/registration', 'text/html')).text();
    const [, style = ''] = /<link rel="stylesheet" href="([^"]+)"/.exec(page) ?? [];
    const kept = join(path, 'node_modules', '.cache', 'sallyport');
    return {
      status,
      style: (await get(style, 'text/css')).headers.get('content-type'),
      script: (await get('/.well-known/ory/webauthn.js', '*/*')).headers.get('content-type'),
      compiled: await until(async () => await Promise.resolve(existsSync(kept) && readdirSync(kept).length > 0)),
    };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

test(
  'installed from git it starts',
  async () => {
    const path = project('from-git');
    const installed = npm(['install', `git+file://${repository}`], path);
    expect(installed.status, installed.stderr).toBe(0);
    const bin = join(path, 'node_modules', '.bin', 'sallyport');
    expect(run(bin, ['--version'], path).stdout).toMatch(/^sallyport \d+\.\d+\.\d+ on Node \d+/);
    expect(await start(path)).toEqual(STARTED);

    // What is not imported but loaded by its name: a hook in TypeScript with our own modules, and a thread that draws.
    const secret = { DSN: 'memory', SECRETS_COOKIE: 'a-secret-that-only-the-tests-know-0123456789' };
    const example = join(repository, 'examples', 'custom-hook', 'sallyport.yaml');
    const checked = run(bin, ['check', '--dev', '-c', example], path, secret);
    expect(checked.status, checked.stdout + checked.stderr).toBe(0);
    const drawn = run(bin, ['graph', 'registration', '--format', 'svg', '-c', example], path, secret);
    expect(drawn.stdout, drawn.stderr).toContain('company_only');
    expect(drawn.stdout).toMatch(/^<svg/);
  },
  LONG,
);

describe('a clone', () => {
  test(
    'is installed for work without a build and without a line about Node, and packs what was built',
    () => {
      const clone = join(folder, 'clone');
      run('git', ['clone', '-q', repository, clone], folder);
      const installed = npm(['ci'], clone);
      expect(installed.status, installed.stderr).toBe(0);
      expect(installed.stderr).toBe('');
      expect(existsSync(join(clone, 'dist'))).toBe(false);

      const packed = npm(['pack', '--pack-destination', folder, '--json'], clone);
      expect(packed.status, packed.stderr).toBe(0);
      const [entry] = JSON.parse(packed.stdout) as readonly { readonly files: readonly { readonly path: string }[] }[];
      const paths = entry?.files.map((each) => each.path);
      expect(paths).toEqual(
        expect.arrayContaining([
          'SECURITY.md',
          'bin/sallyport.cjs',
          'dist/licences.md',
          'dist/plugins/session.js',
          'dist/sbom.cdx.json',
          'dist/src/diagram/layout-worker.js',
          'dist/src/main.js',
          'dist/src/strategy/password/common.txt',
          'dist/src/strategy/password/crypt-worker.js',
        ]),
      );
      expect(paths?.filter((each) => /^(?:src|test|tools)\//.test(each))).toEqual([]);
    },
    LONG,
  );
});

describe('the step that npm runs in between', () => {
  /** Whether it would build, asked of a folder whose packages are not there: building begins with `npm ci`. */
  function builds(env: NodeJS.ProcessEnv): boolean {
    const here = mkdtempSync(join(folder, 'prepare-'));
    mkdirSync(join(here, 'tools'));
    cpSync(join(root, 'tools', 'prepare.cjs'), join(here, 'tools', 'prepare.cjs'));
    const npmCli = join(here, 'npm-cli.js');
    writeFileSync(
      npmCli,
      'console.log(process.argv.slice(2).join(" "), process.env.npm_config_dry_run); process.exit(3)',
    );
    if (env['dist'] !== undefined) mkdirSync(join(here, 'dist'));
    const prefix = env['npm_config_local_prefix']?.replace('<here>', here);
    const ran = run(process.execPath, ['tools/prepare.cjs'], here, {
      ...env,
      npm_execpath: npmCli,
      npm_config_dry_run: 'true',
      ...(prefix !== undefined && { npm_config_local_prefix: prefix }),
    });
    expect(ran.stdout).toBe('');
    // An outer dry run is not one of the installation inside.
    expect(ran.stderr.includes('ci --include=dev')).toBe(ran.status === 3);
    expect(ran.stderr).not.toContain('true');
    expect([0, 3]).toContain(ran.status);
    return ran.status === 3;
  }

  test.each([
    ['npm ci in a checkout', { npm_command: 'ci', npm_config_local_prefix: '<here>' }, false],
    ['npm install in a checkout', { npm_command: 'install', npm_config_local_prefix: '<here>' }, false],
    ['npm pack', { npm_command: 'pack', npm_config_local_prefix: '<here>' }, true],
    ['npm publish', { npm_command: 'publish', npm_config_local_prefix: '<here>' }, true],
    ['npm install of a project that has it from git', { npm_command: 'install', npm_config_local_prefix: '/' }, true],
    ['another package manager, before anything is built', {}, true],
    ['another package manager, afterwards', { dist: 'yes' }, false],
  ])('%s', (_who, env, expected) => {
    expect(builds(env)).toBe(expected);
  });
});

test('npm does not warn of each package that a Node is too old for: the launcher fetches one that fits', () => {
  const path = project('older');
  mkdirSync(join(path, 'newer'));
  const engines = { node: '>=999' };
  writeFileSync(join(path, 'newer/package.json'), JSON.stringify({ name: 'newer', version: '1.0.0', engines }));
  writeFileSync(
    join(path, 'package.json'),
    JSON.stringify({ private: true, engines, dependencies: { newer: 'file:newer' } }),
  );
  const told = (): string => run('npm', ['install', '--offline'], path).stderr;
  expect(told()).toContain('EBADENGINE');
  cpSync(join(root, '.npmrc'), join(path, '.npmrc'));
  expect(told()).toBe('');
});

test('every command of the README that begins with the program works in a checkout as it is written', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const commands = [...readme.matchAll(/`((?:npx )?(?:sallyport|node bin\/sallyport\.cjs) [a-z][^`]*)`/g)].map(
    ([, text = '']) => text,
  );
  expect(commands.length).toBeGreaterThan(2);
  for (const text of commands) expect(text).toMatch(/^(?:npx sallyport|node bin\/sallyport\.cjs) /);
  const ran = run('npx', ['sallyport', '--version'], root);
  expect(ran.stdout, ran.stderr).toMatch(/^sallyport \d/);
});
