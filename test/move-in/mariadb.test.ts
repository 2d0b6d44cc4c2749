import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpClient, read } from '../support/http-client.ts';
import { createDatabase, dsnOf, type Database } from '../support/mariadb.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { copyOfKratos, importFrom, KRATOS, MOVED_CONFIG, MOVED_FILES } from './kratos.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-move-in-mariadb-'));
const http = createHttpClient({ cookies: false });
let there: Database;
let here: Database;
let server: TestServer;

beforeAll(async () => {
  copyOfKratos(folder);
  there = await createDatabase();
  here = await createDatabase();
  await fillFrom(join(folder, 'kratos.sqlite'), there.url);
  server = await startServer({ config: `dsn: ${dsnOf(here.url)}\n${MOVED_CONFIG}`, files: MOVED_FILES });
}, 120_000);

afterAll(async () => {
  await server.stop();
  await Promise.all([there.drop(), here.drop()]);
  rmSync(folder, { recursive: true, force: true });
});

/** The type that a column has in a MariaDB of Ory Kratos: times without fractions, JSON as text. */
function typeOf(column: string): string {
  if (column.endsWith('_at')) return 'DATETIME NULL';
  if (column === 'active' || column === 'verified') return 'TINYINT(1) NULL';
  if (/^(traits|metadata_.*|config|authentication_methods)$/.test(column)) return 'LONGTEXT NULL';
  return /^(id|.*_id|nid)$/.test(column) ? 'VARCHAR(64) NULL' : 'VARCHAR(512) NULL';
}

/** Copies the tables of a SQLite file as MariaDB would hold them. */
async function fillFrom(file: string, url: string): Promise<void> {
  const from = new DatabaseSync(file, { readOnly: true });
  const to = await createConnection({ uri: url, charset: 'utf8mb4', timezone: 'Z' });
  const tables = from.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'").all();
  for (const { name } of tables) {
    const table = String(name);
    const rows = from.prepare(`SELECT * FROM "${table}"`).all();
    const columns = from
      .prepare(`PRAGMA table_info("${table}")`)
      .all()
      .map((each) => String(each['name']));
    await to.query(`CREATE TABLE \`${table}\` (${columns.map((each) => `\`${each}\` ${typeOf(each)}`).join(', ')})`);
    const values = rows.map((row) =>
      columns.map((each) => (each.endsWith('_at') && row[each] !== null ? String(row[each]).slice(0, 19) : row[each])),
    );
    if (values.length > 0) await to.query(`INSERT INTO \`${table}\` VALUES ?`, [values]);
  }
  await to.end();
  from.close();
}

test('people of a MariaDB move into another one, and their sessions go on; a second run makes nobody twice', async () => {
  const config = join(server.folder, 'config.yml');
  const source = `${dsnOf(there.url)}?parseTime=true&multiStatements=true`;
  const dry = await importFrom(source, config, '--dry-run');
  const first = await importFrom(source, config);
  expect(first.status, first.output).toBe(0);
  expect(first.report).toMatchObject({
    people: { read: 60, made: 60, there: 0, failed: 0 },
    sessions: { made: 37, there: 0, over: 5, failed: 0 },
  });
  expect(dry.report).toEqual({ ...first.report, dryRun: true });
  for (const person of KRATOS.people) {
    const { json } = await http.get(`${server.adminUrl}/admin/identities/${person.id}`);
    expect(json).toMatchObject({ traits: person.traits, state: person.state, metadata_admin: person.metadata_admin });
    for (const { session_token: token, id, valid, expires_at: end } of person.sessions) {
      const who = await http.get(`${server.publicUrl}/sessions/whoami`, { headers: { 'X-Session-Token': token } });
      const until = `${end.slice(0, 19).replace(' ', 'T')}.000Z`;
      expect([read(who.json, 'id'), read(who.json, 'expires_at')]).toEqual(
        valid ? [id, until] : [undefined, undefined],
      );
    }
  }
  const again = await importFrom(source, config);
  expect(again.report).toMatchObject({ people: { made: 0, there: 60 }, sessions: { made: 0, there: 37 } });
}, 120_000);
