import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../support/ports.ts';
import { runCommand, writeConfig } from '../support/server.ts';
import { copyOfKratos, importFrom, MOVED_CONFIG, MOVED_FILES, type Moved } from './kratos.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-move-in-releases-'));
let config: string;

beforeAll(async () => {
  const ports = { public: await freePort(), admin: await freePort() };
  config = writeConfig({ config: MOVED_CONFIG, files: MOVED_FILES, folder, ports });
  await runCommand(['migrate', 'sql', '-e', '--yes', '-c', config]);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A dry run from a copy of the database that was changed before. */
async function after(changes: readonly string[], ...more: readonly string[]): Promise<Moved> {
  const source = copyOfKratos(folder);
  const there = new DatabaseSync(join(folder, 'kratos.sqlite'), { enableForeignKeyConstraints: false });
  for (const each of changes) there.exec(each);
  there.close();
  return importFrom(source, config, '--dry-run', ...more);
}
const version = (text: string): string => `UPDATE schema_migration SET version = '${text}'`;

test('a database of 1.0 has fewer columns, and is read all the same', async () => {
  const { status, output, report } = await after([
    version('20230705000000000001'),
    'ALTER TABLE identities DROP COLUMN organization_id',
    'ALTER TABLE identities DROP COLUMN external_id',
    'ALTER TABLE identities DROP COLUMN available_aal',
  ]);
  expect(status, output).toBe(0);
  expect(report).toMatchObject({ release: '1.0', people: { made: 60 }, sessions: { made: 37 } });
}, 60_000);

test('one before 1.0 is refused, and so is one that is newer, unless it is asked for', async () => {
  const before = await after([version('20220301102701000000')]);
  expect([before.status, before.output]).toEqual([1, expect.stringContaining('is of a release before 1.0')]);
  const newer = version('20270101000000000000');
  const refused = await after([newer]);
  expect([refused.status, refused.output]).toEqual([1, expect.stringContaining('--any-version')]);
  expect((await after([newer], '--any-version')).report).toMatchObject({ people: { made: 60 } });
}, 60_000);

test('what is no database of Ory Kratos is refused, and so is one without people of a known schema', async () => {
  const none = await after(['DROP TABLE schema_migration']);
  expect([none.status, none.output]).toEqual([1, expect.stringContaining('is no database of Ory Kratos')]);
  const unknown = await after(["UPDATE identities SET schema_id = 'customer' WHERE schema_id = 'staff'"]);
  expect([unknown.status, unknown.output]).toEqual([
    1,
    expect.stringMatching(/nothing was read\.\n {2}"customer": \d+ people/),
  ]);
}, 60_000);

test('rows that cannot be read are one person less, and nothing of them is printed', async () => {
  const { status, output, report } = await after([
    `UPDATE identities SET traits = '{"email":"canary@example.test"' WHERE traits LIKE '%ada.import@%'`,
  ]);
  expect(status).toBe(1);
  expect(report).toMatchObject({ people: { read: 60, made: 59, failed: 1 } });
  expect(output).toContain('the rows cannot be read');
  expect(output).not.toContain('canary');
}, 60_000);

test('whoever has an address that somebody else has here is left out, whole', async () => {
  const first = await importFrom(copyOfKratos(folder), config);
  expect(first.report).toMatchObject({ people: { made: 60 } });
  const id = "'00000000-0000-4000-8000-000000000001'";
  const { status, output, report } = await after([
    `UPDATE identities SET id = ${id} WHERE traits LIKE '%ada.import@%'`,
    `UPDATE identity_credentials SET identity_id = ${id} WHERE identity_id NOT IN (SELECT id FROM identities)`,
  ]);
  expect(status).toBe(1);
  expect(report).toMatchObject({ people: { read: 60, made: 0, there: 59, failed: 1 } });
  expect(output).toMatch(/somebody else here has this (identifier|.* address)/);
}, 60_000);
