import { rmSync } from 'node:fs';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { expect, test } from 'vitest';
import { createDatabase, dsnOf } from '../support/mariadb.ts';
import { say } from '../support/say.ts';
import { runCampaign } from './campaign.ts';
import { KILLS, LIMIT, SEED } from './settings.ts';

test(
  `MySQL or MariaDB: ${KILLS} kills under load lose nothing that was answered and leave nothing half done (seed ${SEED})`,
  async () => {
    const database = await createDatabase();
    const dsn = `dsn: ${dsnOf(database.url)}\n`;
    const { totals, violations, folder } = await runCampaign({ dsn, kills: KILLS, seed: SEED });
    say(`MySQL or MariaDB, ${KILLS} kills, seed ${SEED}: ${JSON.stringify(totals)}`);
    expect(violations).toEqual([]);
    expect(totals.registered).toBeGreaterThan(KILLS);
    expect((await checkTables(database.url)).filter(([, said]) => said !== 'OK')).toEqual([]);
    await database.drop();
    rmSync(folder, { recursive: true });
  },
  LIMIT,
);

async function checkTables(url: string): Promise<readonly (readonly [table: string, said: string])[]> {
  const connection = await createConnection(url);
  try {
    const [tables] = await connection.query<RowDataPacket[]>('SHOW TABLES');
    const names = tables.map((row) => String(Object.values(row)[0]));
    const [checked] = await connection.query<RowDataPacket[]>(`CHECK TABLE ${names.join(', ')}`);
    return checked.map((row) => [String(row['Table']), String(row['Msg_text'])]);
  } finally {
    await connection.end();
  }
}
