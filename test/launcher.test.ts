import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const OLD = '20.20.2';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-launcher-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('where this Node fits', () => {
  test('a file runs in place, with its arguments and its exit status', async () => {
    checkout();
    const { lines, status } = await launch('--node', script('args'), 'one', 'two words');
    expect(lines).toEqual(['args one|two words']);
    expect(status).toBe(7);
  });

  test('a checkout runs its sources', async () => {
    checkout();
    program('src/main.ts', 'sources');
    program('dist/src/main.js', 'built');
    expect((await launch('serve')).lines).toEqual(['sources serve']);
  });

  test('a package runs what was built', async () => {
    cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
    program('dist/src/main.js', 'built');
    expect((await launch('serve')).lines).toEqual(['built serve']);
  });

  test.each([
    ['beside the packages', 'node_modules/sallyport', 'node_modules/.cache/sallyport'],
    ['nowhere, where the package lies alone', 'opt/sallyport', undefined],
  ])('what Node compiled is kept %s', (_where, place, kept) => {
    cpSync(join(root, 'bin'), join(folder, place, 'bin'), { recursive: true });
    mkdirSync(join(folder, place, 'dist', 'src'), { recursive: true });
    writeFileSync(
      join(folder, place, 'dist', 'src', 'main.js'),
      "console.log(require('module').getCompileCacheDir() ?? 'nowhere');",
    );
    const { NODE_COMPILE_CACHE: _own, ...env } = process.env;
    const { stdout } = spawnSync(process.execPath, [join(folder, place, 'bin', 'sallyport.cjs')], {
      env,
      encoding: 'utf8',
    });
    expect(stdout).toContain(kept === undefined ? 'nowhere' : join(folder, kept));
  });

  test.each(['22.22.0', '22.30.1', '24.15.0', '25.0.0', '26.10.0'])('%s fits', async (version) => {
    checkout();
    expect((await launchAs(version, '--node', script('args'))).lines).toEqual(['args ']);
    expect(installs()).toBe(0);
  });
});

describe('where this Node is too old', () => {
  test.each(['18.20.8', OLD, '22.21.9', '23.11.0', '24.14.9'])('%s does not fit', async (version) => {
    checkout();
    expect((await launchAs(version, '--node', script('args'))).lines).toEqual(['args ']);
    expect(installs()).toBe(1);
  });

  test('arguments and exit status pass through', async () => {
    checkout();
    const { lines, status } = await launchAs(OLD, '--node', script('args'), 'one', 'two words');
    expect(lines).toEqual(['args one|two words']);
    expect(status).toBe(7);
  });

  test('signals pass through, and how the program takes them', async () => {
    checkout();
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
      const graceful = start(OLD, '--node', script('listens'));
      await graceful.line();
      graceful.child.kill(signal);
      expect(await graceful.line()).toBe(`got ${signal}`);
      expect(await graceful.ended).toEqual({ code: 7, signal: null });

      const plain = start(OLD, '--node', script('stays'));
      await plain.line();
      plain.child.kill(signal);
      expect(await plain.ended).toEqual({ code: null, signal });
    }
  });

  test('the program ends when the launcher is killed', async () => {
    checkout();
    const graceful = start(OLD, '--node', script('listens'));
    await graceful.line();
    graceful.child.kill('SIGKILL');
    expect(await graceful.line()).toBe('got SIGTERM');

    // The pipe it writes to closes when the last process that holds it is gone.
    const plain = start(OLD, '--node', script('stays'));
    await plain.line();
    plain.child.kill('SIGKILL');
    await plain.closed;
  });

  test('the pipe to the launcher keeps no process alive, and is not handed on', async () => {
    checkout();
    const { lines, status } = await launchAs(OLD, '--node', script('forks'));
    expect(lines).toEqual(['child pipe none']);
    expect(status).toBe(0);
  });

  test('Node 24 is fetched once, also when several processes ask at once', async () => {
    checkout();
    const runs = await Promise.all([1, 2, 3].map(() => launchAs(OLD, '--node', script('args'))));
    expect(runs.map((run) => run.lines)).toEqual([['args '], ['args '], ['args ']]);
    expect(installs()).toBe(1);
    await launchAs(OLD, '--node', script('args'));
    expect(installs()).toBe(1);
    expect(leftovers()).toEqual([]);
  });

  test('half an install and an abandoned lock are done again', async () => {
    checkout();
    mkdirSync(join(folder, 'tools/node/node_modules'), { recursive: true });
    mkdirSync(join(folder, 'tools/node/.install-lock'));
    writeFileSync(join(folder, 'tools/node/.install-lock/pid'), '999999999');
    mkdirSync(join(folder, 'tools/node/.install-999999999'));
    expect((await launchAs(OLD, '--node', script('args'))).lines).toEqual(['args ']);
    expect(installs()).toBe(1);
    expect(leftovers()).toEqual([]);
  });

  test('a failed install says what npm said, and the next one starts afresh', async () => {
    checkout();
    writeFileSync(join(folder, 'fail'), '');
    const { status, errors } = await launchAs(OLD, '--node', script('args'));
    expect(status).toBe(1);
    expect(errors).toContain('npm could not fetch Node 24 into tools/node');
    expect(errors).toContain('npm says no');
    rmSync(join(folder, 'fail'));
    expect((await launchAs(OLD, '--node', script('args'))).lines).toEqual(['args ']);
    expect(leftovers()).toEqual([]);
  });

  test('an installed package prints the way out', async () => {
    cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
    cpSync(join(root, 'package.json'), join(folder, 'package.json'));
    program('dist/src/main.js', 'built');
    const { lines, status, errors } = await launchAs(OLD, 'serve');
    expect(lines).toEqual([]);
    expect(status).toBe(1);
    expect(errors).toContain('needs Node 22.22 or a newer 22, or 24.15 or newer; this is Node 20.20.2.');
    expect(errors).toContain('npm install sallyport node@24 && npx sallyport dev');
  });
});

test('the launcher is written so that any Node can read it', () => {
  const source = readFileSync(join(root, 'bin/sallyport.cjs'), 'utf8');
  const code = source.replace(/\/\*[^]*?\*\/|\/\/.*$|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"/gm, '');
  expect(code).not.toMatch(/=>|`|\b(?:const|let|class|async|await|import)\b|\?\?|\?\.|\.\.\./);
});

/** A checkout with a launcher, no Node in tools/node, and an npm that installs this test's own Node there. */
function checkout(): void {
  cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
  mkdirSync(join(folder, 'tools/node'), { recursive: true });
  for (const name of ['package.json', 'package-lock.json', '.npmrc', 'parent.mjs']) {
    cpSync(join(root, 'tools/node', name), join(folder, 'tools/node', name));
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'npm-cli.js'), FAKE_NPM);
  writeFileSync(join(folder, 'pretend.cjs'), PRETEND);
}

const FAKE_NPM = `
import { appendFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
appendFileSync(join(import.meta.dirname, 'installs'), process.argv.slice(2).join(' ') + '\\n');
if (existsSync(join(import.meta.dirname, 'fail'))) {
  console.error('npm says no');
  process.exit(1);
}
for (const file of ['linux-x64/bin/node', 'linux-arm64/bin/node', 'bin-darwin-arm64/bin/node', 'darwin-x64/bin/node']) {
  const node = join(process.cwd(), 'node_modules', 'node-' + file);
  mkdirSync(dirname(node), { recursive: true });
  symlinkSync(process.execPath, node);
}
`;

const PRETEND = `
Object.defineProperty(process, 'versions', { value: { ...process.versions, node: process.env.PRETEND_NODE } });
`;

const SCRIPTS = {
  args: `console.log('args ' + process.argv.slice(2).join('|')); process.exitCode = process.argv[2] ? 7 : 0;`,
  listens: `
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) {
      process.once(signal, () => { console.log('got ' + signal); process.exitCode = 7; clearInterval(timer); });
    }
    const timer = setInterval(() => {}, 1000);
    console.log('ready');`,
  stays: `setInterval(() => {}, 1000); console.log('ready');`,
  forks: `
    import { fork } from 'node:child_process';
    if (process.argv[2] !== 'child') fork(import.meta.filename, ['child']);
    else console.log('child pipe ' + (process.env.SALLYPORT_PARENT_PIPE ?? 'none'));`,
};

function script(name: keyof typeof SCRIPTS): string {
  const file = join(folder, `${name}.ts`);
  writeFileSync(file, SCRIPTS[name]);
  return file;
}

function program(path: string, says: string): void {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `console.log('${says} ' + process.argv.slice(2).join(' '));`);
  chmodSync(file, 0o644);
}

function installs(): number {
  const file = join(folder, 'installs');
  if (!existsSync(file)) return 0;
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  expect(lines.every((line) => line.startsWith('ci '))).toBe(true);
  return lines.length;
}

function leftovers(): readonly string[] {
  return readdirSync(join(folder, 'tools/node')).filter((name) => name.startsWith('.install'));
}

interface Run {
  readonly lines: readonly string[];
  readonly errors: string;
  readonly status: number | null;
}

function launch(...args: readonly string[]): Promise<Run> {
  return launchAs(process.versions.node, ...args);
}

async function launchAs(version: string, ...args: readonly string[]): Promise<Run> {
  const run = start(version, ...args);
  const { code } = await run.ended;
  await run.closed;
  return { lines: run.output().split('\n').slice(0, -1), errors: run.errors(), status: code };
}

interface Started {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** The output is at its end: no process that could write to it is left. */
  readonly closed: Promise<void>;
  output(): string;
  errors(): string;
  /** The next line of output. */
  line(): Promise<string>;
}

function start(version: string, ...args: readonly string[]): Started {
  const pretend = existsSync(join(folder, 'pretend.cjs')) ? join(folder, 'pretend.cjs') : pretendIn(folder);
  const child = spawn(process.execPath, ['--require', pretend, join(folder, 'bin/sallyport.cjs'), ...args], {
    env: { ...process.env, PRETEND_NODE: version, npm_execpath: join(folder, 'npm-cli.js') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  let read = 0;
  let wake = () => {};
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    wake();
  });
  return {
    child,
    ended: new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal }))),
    closed: new Promise((resolve) => child.once('close', () => resolve())),
    output: () => output,
    errors: () => errors,
    async line() {
      for (;;) {
        const end = output.indexOf('\n', read);
        if (end >= 0) {
          const line = output.slice(read, end);
          read = end + 1;
          return line;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

function pretendIn(where: string): string {
  const file = join(where, 'pretend.cjs');
  writeFileSync(file, PRETEND);
  return file;
}
