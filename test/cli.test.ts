import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { freePort } from './support/ports.ts';
import { BASIC_CONFIG, BASIC_FILES } from './support/basic-config.ts';
import { runCommand, startServer } from './support/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-cli-'));
const SECRETS = 'secrets: { cookie: [a-secret-for-the-tests-of-the-command-line] }\n';
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the command line', () => {
  test.each([
    ['--help'],
    ['dev', '--help'],
    ['serve', '--help'],
    ['migrate', 'sql', '--help'],
    ['check', '--help'],
    ['config', '--help'],
    ['config', 'upgrade', '--help'],
    ['import', '--help'],
    ['identities', '--help'],
    ['identities', 'export', '--help'],
    ['sessions', 'revoke', '--help'],
    ['plugins', '--help'],
    ['graph', '--help'],
    ['paths', '--help'],
    ['why', '--help'],
    ['replay', '--help'],
    ['simulate', '--help'],
  ])('explains itself: %s %s', async (...args) => {
    const { status, output } = await runCommand(args.filter((each) => typeof each === 'string'));
    expect(status, output).toBe(0);
    expect(output).toContain('Usage: sallyport');
  });

  test('says which commands there are when one is wrong, and fails', async () => {
    const { status, output } = await runCommand(['sevre']);
    expect(status).toBe(1);
    expect(output).toMatch(/serve/);
  });

  test.each(['version', '--version'])(
    'prints its version, that of Node and the library that hashes: %s',
    async (word) => {
      const { status, output } = await runCommand([word]);
      expect(status).toBe(0);
      expect(output).toMatch(/^sallyport \d+\.\d+\.\d+ on Node [\d.]+, argon2id by (@node-rs\/)?argon2$/m);
    },
  );

  test('--version behind a command is an option that the command does not have', async () => {
    const { status, output } = await runCommand(['serve', '--version']);
    expect(status).toBe(1);
    expect(output).toContain("unknown option '--version'");
  });

  test('help and a command prints the options of that command', async () => {
    const { status, output } = await runCommand(['help', 'serve']);
    expect(status).toBe(0);
    expect(output).toContain('--watch-courier');
  });

  test('checks the configuration of a checkout where nothing is configured', async () => {
    const { status, output } = await runCommand(['check']);
    expect(status, output).toBe(0);
    expect(output).toContain('The configuration is good');
  });

  test('lists the hooks in the box with the places they may stand at', async () => {
    const { status, output } = await runCommand(['plugins', '--format', 'json']);
    expect(status, output).toBe(0);
    const names = (JSON.parse(output) as readonly { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['redirect', 'revoke_active_sessions', 'session', 'verify']));
  });

  test('refuses to serve a database that nobody migrated, with the command that does it', async () => {
    const file = join(folder, 'sallyport.yaml');
    const secret = 'a-secret-for-the-tests-of-the-command-line';
    writeFileSync(
      file,
      `dsn: sqlite://${folder}/db.sqlite\nsecrets: { cookie: [${secret}] }\nselfservice: { default_browser_return_url: http://127.0.0.1:4455/ }\n`,
    );
    const refused = await runCommand(['serve', '--dev', '-c', file]);
    expect(refused.status).toBe(1);
    expect(refused.output).toContain(`sallyport migrate sql up -c ${file}`);
    expect((await runCommand(['migrate', 'sql', 'up', '--yes', '-c', file])).status).toBe(0);
    const status = await runCommand(['migrate', 'sql', 'status', '--format', 'json', '-c', file]);
    const rows = JSON.parse(status.output) as readonly { applied: boolean }[];
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every(({ applied }) => applied)).toBe(true);
  });

  test('takes migrations as the reference writes them, and says which flag does nothing', async () => {
    const dsn = `sqlite://${join(folder, 'reference.sqlite')}`;
    expect((await runCommand(['migrate', 'sql', '-e', '--yes=true', '-q'], { DSN: dsn })).output).toMatch(
      /^warning: --quiet has no effect: .*\n[^]*Applied \d+ migrations\.$/m,
    );
    expect((await runCommand(['migrate', 'sql', dsn, '--yes'])).output).toBe('The database is up to date.\n');
    const status = await runCommand(['migrate', 'sql', 'status', dsn, '--block', '--format', 'json-pretty']);
    expect([status.status, Array.isArray(JSON.parse(status.output))]).toEqual([0, true]);
    const unknown = await runCommand(['migrate', 'sql', 'status', dsn, '--format', 'yaml']);
    expect([unknown.status, unknown.output]).toEqual([1, expect.stringContaining('table, json, json-pretty')]);
  }, 60_000);

  test('takes the flags of the reference for a server, and says which do nothing', async () => {
    const file = join(folder, 'reference.yaml');
    writeFileSync(file, `dsn: mysql://nobody:nothing@tcp(127.0.0.1:${await freePort()})/x\n${SECRETS}`);
    const flags = ['--sqa-opt-out', '--disable-telemetry', '--watch-courier=true'];
    const served = await runCommand(['serve', '--dev=true', ...flags, '-c', file]);
    expect(served.output).toMatch(/^warning: --sqa-opt-out has no effect/m);
    expect(served.output).toMatch(/^warning: --disable-telemetry has no effect/m);
    expect(served.output).toContain('ECONNREFUSED');
    const inProduction = await runCommand(['serve', '--dev=false', '--sqa-opt-out', '-c', file]);
    expect(inProduction.output).toMatch(/^\{"level":"warn".*--sqa-opt-out has no effect/m);
  }, 60_000);

  test('says what is served, and the address that people use where that is another one', async () => {
    const server = await startServer({
      config: `serve: { public: { base_url: 'https://id.example.org/auth' } }\n${BASIC_CONFIG}`,
      files: BASIC_FILES,
    });
    await server.stop();
    const { publicUrl, adminUrl } = server;
    expect(server.log()).toContain(`public ${publicUrl} (as https://id.example.org/auth)  admin ${adminUrl}\n`);
  }, 60_000);

  test.each(['public', 'admin'] as const)('says that the %s port is taken, and ends', async (listener) => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const address = holder.address();
    const taken = typeof address === 'object' && address !== null ? address.port : 0;
    const file = join(folder, `taken-${listener}.yaml`);
    const ports = { public: await freePort(), admin: await freePort(), [listener]: taken };
    writeFileSync(
      file,
      `dsn: memory\nsecrets: { cookie: [a-secret-for-the-tests-of-the-command-line] }\nserve: { public: { host: 127.0.0.1, port: ${ports.public} }, admin: { host: 127.0.0.1, port: ${ports.admin} } }\nselfservice: { default_browser_return_url: http://127.0.0.1:4455/ }\n`,
    );
    const { status, output } = await runCommand(['serve', '--dev', '-c', file]);
    holder.close();
    expect(status).toBe(1);
    expect(output).toContain(String(taken));
    expect(output).not.toMatch(/^ +at /m);
  });

  test('says all that is wrong at once, with file, line and column, and never a secret', async () => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(
      file,
      'dsn: memory\nsecrets: { cookie: [short-canary] }\nselfservice:\n  flows:\n    login:\n      lifespn: 1h\n      after:\n        password:\n          hooks: [{ hook: frobnicate }]\n',
    );
    const { status, output } = await runCommand(['check', '-c', file]);
    expect(status).toBe(1);
    expect(output).toContain('wrong.yaml:6:7 selfservice.flows.login.lifespn');
    expect(output).toContain('secrets.cookie');
    expect(output).not.toContain('short-canary');
  });
});
