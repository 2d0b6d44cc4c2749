import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { freePort } from '../support/ports.ts';
import { runCommand, spawnMain, writeConfig } from '../support/server.ts';
import { copyOfKratos, importFrom, KRATOS, MOVED_CONFIG, MOVED_FILES } from './kratos.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-move-in-killed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MORE = 1_440;

/** People like the others, each with a password and a session. */
function addPeople(file: string): void {
  const there = new DatabaseSync(file);
  const number = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MORE})`;
  const id = (kind: string): string => `printf('${kind}0000000-0000-4000-8000-%012d', n.i)`;
  const [nid, type] = [
    '(SELECT nid FROM sessions LIMIT 1)',
    "(SELECT id FROM identity_credential_types WHERE name = 'password')",
  ];
  const at = "'2026-11-29 19:49:41.5+00:00'";
  const email = "'more' || n.i || '@example.test'";
  const write = (table: string, columns: string, values: string): void =>
    there.exec(`INSERT INTO ${table} (id, nid, created_at, updated_at, ${columns}) ${number} SELECT ${values} FROM n`);
  write(
    'identities',
    'schema_id, traits',
    `${id('1')}, ${nid}, ${at}, ${at}, 'person', '{"email":"' || ${email} || '"}'`,
  );
  write(
    'identity_credentials',
    'identity_id, identity_credential_type_id, config',
    `${id('2')}, ${nid}, ${at}, ${at}, ${id('1')}, ${type}, '{"hashed_password":"$md5$CY9rzUYh03PK3k6DJie09g=="}'`,
  );
  write(
    'identity_credential_identifiers',
    'identity_id, identity_credential_id, identity_credential_type_id, identifier',
    `${id('3')}, ${nid}, ${at}, ${at}, ${id('1')}, ${id('2')}, ${type}, ${email}`,
  );
  write(
    'sessions',
    'identity_id, issued_at, authenticated_at, expires_at, active, aal, authentication_methods, token',
    `${id('4')}, ${nid}, ${at}, ${at}, ${id('1')}, ${at}, ${at}, '2099-01-01 00:00:00+00:00', 1, 'aal1', '[]', 'ory_st_' || n.i`,
  );
  there.close();
}

/** Moves people in, and ends the process as a power cut would once it says that some are there. */
async function killedAfter(source: string, config: string, said: string): Promise<void> {
  const child = spawnMain(['import', '--from', 'kratos', '--source', source, '--dev', '--yes', '-c', config]);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let output = '';
  child.stderr?.on('data', (data: Buffer) => {
    output += data.toString();
    if (output.includes(said)) child.kill('SIGKILL');
  });
  await ended;
  expect(output).toContain(said);
}

test('a run that is killed twice is gone on with, and nobody is there twice or half', async () => {
  const source = copyOfKratos(folder);
  addPeople(join(folder, 'kratos.sqlite'));
  const ports = { public: await freePort(), admin: await freePort() };
  const config = writeConfig({ config: MOVED_CONFIG, files: MOVED_FILES, folder, ports });
  expect((await runCommand(['migrate', 'sql', '-e', '--yes', '-c', config])).status).toBe(0);
  const all = MORE + KRATOS.people.length;
  await killedAfter(source, config, `\n200 of ${all}`);
  await killedAfter(source, config, `\n600 of ${all}`);
  const { report, status, output } = await importFrom(source, config);
  expect(status, output).toBe(0);
  const { made = 0, there = 0 } = report?.['people'] ?? {};
  expect({ all: made + there, someThere: there >= 600, someMade: made > 0 }).toEqual({
    all,
    someThere: true,
    someMade: true,
  });
  const here = new DatabaseSync(join(folder, 'sallyport.sqlite'), { readOnly: true });
  const count = (table: string): unknown => here.prepare(`SELECT COUNT(*) AS n FROM ${table}`).get()?.['n'];
  expect([count('identities'), count('sessions')]).toEqual([all, MORE + 37]);
  here.close();
}, 120_000);
