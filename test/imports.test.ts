import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../src/', import.meta.url));

/** Who may import whom: a row may import itself and what it lists, nothing else. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  config: ['kernel'],
  limit: ['kernel'],
  language: ['kernel'],
  identity: ['kernel'],
  session: ['kernel', 'identity'],
  secret: ['kernel'],
  courier: ['kernel', 'language'],
  flow: ['kernel', 'identity', 'session', 'secret'],
  store: ['kernel', 'config', 'identity', 'session', 'secret', 'courier', 'limit', 'flow'],
  net: ['kernel', 'config'],
  hook: ['kernel', 'config', 'net', 'flow', 'identity', 'session', 'store'],
  diagram: ['kernel', 'flow'],
  strategy: ['kernel', 'config', 'flow', 'identity', 'session', 'secret', 'courier', 'limit', 'language'],
  engine: [
    'kernel',
    'config',
    'identity',
    'session',
    'secret',
    'courier',
    'flow',
    'hook',
    'strategy',
    'limit',
    'store',
    'diagram',
  ],
  analysis: ['kernel', 'config', 'identity', 'flow', 'hook', 'engine'],
  pages: ['kernel', 'flow', 'diagram'],
  telemetry: ['kernel', 'config', 'flow'],
  http: [
    'kernel',
    'config',
    'flow',
    'identity',
    'session',
    'courier',
    'limit',
    'engine',
    'pages',
    'telemetry',
    'diagram',
    'analysis',
  ],
};

/** Packages with one home each. */
const HOMES: readonly (readonly [pack: RegExp, home: RegExp])[] = [
  [/^(?:koa|@koa\/router)$/, /^(?:http\/|app\/)/],
  [/^knex/, /^(?:store\/knex\/|app\/)/],
  [/^xstate/, /^(?:flow\/flow-grammar\.ts|engine\/)/],
  [/^elkjs/, /^diagram\//],
  [/^yaml$/, /^config\//],
  [/^(?:argon2|bcrypt)$/, /^strategy\/password\//],
];

interface Import {
  readonly file: string;
  readonly from: string;
}

function imports(): readonly Import[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/\.(?:test|fixture|d)\.ts$/.test(file),
  );
  return files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, from = '']) => ({
      file,
      from,
    })),
  );
}

test('every folder imports only what its row of the table lists', () => {
  const wrong = imports().flatMap(({ file, from }) => {
    const [folder = ''] = file.split('/');
    const allowed = MAY[folder];
    if (allowed === undefined || !from.startsWith('.')) return [];
    const [target = ''] = relative(root, resolve(dirname(join(root, file)), from)).split('/');
    return target === folder || allowed.includes(target) ? [] : [`${file} imports ${target}`];
  });
  expect(wrong).toEqual([]);
});

test('a package with a home is imported there alone', () => {
  const wrong = imports().flatMap(({ file, from }) =>
    HOMES.filter(([pack, home]) => pack.test(from) && !home.test(file)).map(() => `${file} imports ${from}`),
  );
  expect(wrong).toEqual([]);
});
