import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { say } from '../support/say.ts';
import { runCampaign } from './campaign.ts';
import { KILLS, LIMIT, SEED } from './settings.ts';

test(
  `SQLite: ${KILLS} kills under load lose nothing that was answered and leave nothing half done (seed ${SEED})`,
  async () => {
    const { totals, violations, folder } = await runCampaign({ dsn: '', kills: KILLS, seed: SEED });
    say(`SQLite, ${KILLS} kills, seed ${SEED}: ${JSON.stringify(totals)}`);
    expect(violations).toEqual([]);
    expect(totals.registered).toBeGreaterThan(KILLS);
    const database = new DatabaseSync(join(folder, 'sallyport.sqlite'), { readOnly: true });
    expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
    database.close();
    rmSync(folder, { recursive: true });
  },
  LIMIT,
);
