import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { createDatabase, dsnOf } from '../support/mariadb.ts';
import { freePort } from '../support/ports.ts';
import { runCommand, spawnMain, startServer } from '../support/server.ts';

/* `log.format: json`, written or by default: whoever collects the output of a process reads JSON, line by line. */

const LOG = 'log: { level: error, format: json }';
const BASIC = BASIC_CONFIG.replace(/^log: .*$/m, LOG);
const folder = mkdtempSync(join(tmpdir(), 'sallyport-json-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Line {
  readonly level: string;
  readonly msg: string;
}

/** Every line, read; throws for one that is not JSON. */
const linesOf = (log: string): readonly Line[] =>
  log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

function configured(config: string, file = 'config.yml'): string {
  const path = join(folder, file);
  writeFileSync(path, `${config}\n${LOG}\n`);
  return path;
}

const SECRETS = 'secrets: { cookie: [a-secret-for-the-tests-of-trouble-1] }';

test('a server says everything in JSON, from its warnings to its end', async () => {
  // A cost below the floor is a warning, and so is an option of a database that has no effect.
  const config = `dsn: sqlite://<folder>/db.sqlite?max_conns=3\nserve: { drain_delay: 1s }\n${BASIC}`;
  const server = await startServer({ config, files: BASIC_FILES });
  expect(await server.stop()).toBe(0);
  const lines = linesOf(server.log());
  expect(lines.filter(({ level }) => level === 'warn').length).toBeGreaterThan(0);
  expect(lines.map(({ msg }) => msg)).toEqual(
    expect.arrayContaining([
      `public ${server.publicUrl}  admin ${server.adminUrl}`,
      'SIGTERM: not ready any more; requests are taken for 1 s yet.',
      'SIGTERM: finishing what is under way.',
    ]),
  );
});

test('so do several processes that share the listeners', async () => {
  const database = await createDatabase();
  const config = `dsn: ${dsnOf(database.url)}\n${BASIC}`;
  const server = await startServer({ config, files: BASIC_FILES, args: ['serve', '--dev', '--workers', '2'] });
  expect(await server.stop()).toBe(0);
  await database.drop();
  const said = linesOf(server.log()).map(({ msg }) => msg);
  expect(said).toEqual(expect.arrayContaining([expect.stringMatching(/^worker \d+ is up$/)]));
}, 60_000);

test('so does a courier of its own', async () => {
  const file = configured(`dsn: sqlite://${folder}/courier.sqlite\n${SECRETS}`);
  expect((await runCommand(['migrate', 'sql', 'up', '--yes', '-c', file])).status).toBe(0);
  const child = spawnMain(['courier', 'watch', '-c', file]);
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  await vi.waitFor(
    () => {
      if (!log.includes('The courier is running')) throw new Error(log);
    },
    { timeout: 20_000, interval: 50 },
  );
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(linesOf(log)).toEqual([
    expect.objectContaining({ level: 'warn', msg: expect.stringContaining('no mail server is configured') }),
    expect.objectContaining({ level: 'info', msg: 'The courier is running.' }),
    expect.objectContaining({ level: 'info', msg: 'SIGTERM: finishing what is under way.' }),
  ]);
});

describe('and what does not start says why in JSON', () => {
  const commands = [['serve', '--dev'], ['courier', 'watch'], ['dev']];
  const errorsOf = async (command: readonly string[], file: string): Promise<string> => {
    const { status, output } = await runCommand([...command, '-c', file]);
    expect(status).toBe(1);
    const errors = linesOf(output).filter(({ level }) => level === 'error');
    return errors.map(({ msg }) => msg).join('\n');
  };

  test.each(commands)('for want of a database: %s %s', async (...words) => {
    const dsn = `mysql://sally:secret@tcp(127.0.0.1:${await freePort()})/port`;
    const file = configured(`dsn: ${dsn}\n${SECRETS}`, 'away.yml');
    expect(await errorsOf(words.filter(Boolean), file)).toContain('ECONNREFUSED');
  });

  test.each(commands)('for a key that nobody knows: %s %s', async (...words) => {
    const file = configured(`dsn: memory\n${SECRETS}\nselfservice: { nonsense: 1 }`, 'broken.yml');
    expect(await errorsOf(words.filter(Boolean), file)).toContain('nonsense');
  });
});

describe('where no form is written', () => {
  const files = {
    'plain.yml': `dsn: memory\n${SECRETS}\nselfservice: { nonsense: 1 }\n`,
    'no-yaml.yml': 'log: [\n',
  };
  const run = (command: readonly string[], file: keyof typeof files, env = {}): ReturnType<typeof runCommand> => {
    const path = join(folder, file);
    writeFileSync(path, files[file]);
    return runCommand([...command, '-c', path], env);
  };

  test.each([
    ['plain.yml', 'serve', ''],
    ['no-yaml.yml', 'serve', ''],
    ['plain.yml', 'courier', 'watch'],
  ] as const)('production is told in JSON: %s, %s %s', async (file, ...words) => {
    const { status, output } = await run(words.filter(Boolean), file);
    const why = { level: 'error', msg: expect.stringContaining('nothing was started') };
    expect([status, linesOf(output).at(-1)]).toEqual([1, expect.objectContaining(why)]);
  });

  test.each([
    ['plain.yml', ['serve', '--dev'], {}],
    ['plain.yml', ['dev'], {}],
    ['no-yaml.yml', ['serve'], { LOG_FORMAT: 'text' }],
  ] as const)('whoever develops, or asks for it, is told in text: %s, %j', async (file, command, env) => {
    const { output } = await run(command, file, env);
    expect(output).toMatch(/^\d+ errors? in the configuration; nothing/m);
  });
});

test('what a command was asked for is printed as it is', async () => {
  const file = configured(`dsn: sqlite://${folder}/x.sqlite\n${SECRETS}`);
  const { output } = await runCommand(['check', '-c', file]);
  expect(output).toContain('The configuration is good');
});
