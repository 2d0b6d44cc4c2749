import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { read } from '../support/http-client.ts';
import type { TestServer } from '../support/server.ts';
import {
  beginAll,
  command,
  flowIn,
  keptDatabase,
  listsOf,
  migrate,
  type Play,
  readRows,
  recordOf,
  resume,
  type Rows,
  scenesOf,
  start,
} from './act.ts';
import type { ConfigurationName } from './configurations.ts';
import { type Neighbours, OWED, startNeighbours } from './neighbours.ts';
import { type Release, THIS, unpackBefore } from './releases.ts';

/** Later than the time at which a follow leg is due, and earlier than anything ends. */
const LATER = 120_000;

interface Scenery {
  readonly server: TestServer;
  readonly neighbours: Neighbours;
  readonly database: string;
  readonly rows: Rows;
  /** The one that goes on. */
  readonly release: Release;
  close(): Promise<void>;
}

/** Rows that the release before left in a file: this one goes on, a little later than they were written. */
async function fromBefore(configuration: ConfigurationName): Promise<Scenery> {
  const rows = readRows(configuration);
  const ahead = rows.at + LATER - Date.now();
  const neighbours = await startNeighbours({ ahead, answers: true });
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-rolling-'));
  const database = join(folder, 'rows.sqlite');
  copyFileSync(keptDatabase(configuration), database);
  const play: Play = { release: THIS, configuration, database, neighbours, ahead };
  await migrate(play);
  const server = await start(play);
  return {
    server,
    neighbours,
    database,
    rows,
    release: THIS,
    async close() {
      await server.stop();
      await neighbours.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** As in a deploy: the release before runs, the tables become this one's, a server of this one does something and ends. */
async function fromThis(configuration: ConfigurationName): Promise<Scenery> {
  const neighbours = await startNeighbours({ ahead: LATER, answers: true });
  const unanswered = await startNeighbours({ ahead: 0, answers: false });
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-rolling-'));
  const database = join(folder, 'rows.sqlite');
  const before = unpackBefore();
  const old: Play = { release: before, configuration, database, neighbours, ahead: LATER };
  await migrate(old);
  const server = await start(old);
  const fresh: Play = { release: THIS, configuration, database, neighbours: unanswered };
  await migrate(fresh);
  const rows = await beginAll(fresh, await start(fresh));
  await unanswered.stop();
  return {
    server,
    neighbours,
    database,
    rows,
    release: before,
    async close() {
      await server.stop();
      await neighbours.stop();
      before.remove();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The journals of these are walked by the command line, too. */
const REPLAYED = ['settings: success', 'recovery: passed', 'settings: held', 'registration: credentials'];

describe.each([
  ['begun by the release before, ended by this one', fromBefore],
  ['begun by this release, ended by the one before', fromThis],
])('flows %s', (_direction, open) => {
  describe.each(['one-page', 'two-pages'] as const)('with %s', (configuration) => {
    let scenery: Scenery;
    beforeAll(async () => {
      scenery = await open(configuration);
    }, 180_000);
    afterAll(() => scenery.close());

    test('a hook that is due is asked, and the flow is over then', async () => {
      const { neighbours, rows, database } = scenery;
      const told = () => neighbours.hooks.received.filter(({ body }) => read(body, 'email') === OWED).length;
      await expect.poll(told, { timeout: 20_000 }).toBe(1);
      await expect
        .poll(() => flowIn(database, rows.owed), { timeout: 10_000 })
        .toMatchObject({ finished: 1, follow_due: null });
    });

    test('are found by what became of them', async () => {
      const lists = await listsOf(scenery.server);
      for (const [filter, ids] of Object.entries(scenery.rows.lists)) {
        expect(lists[filter], filter).toEqual(expect.arrayContaining([...ids]));
      }
    });

    test('are shown with the steps that they took', async () => {
      for (const [name, { flow, record }] of Object.entries(scenery.rows.left)) {
        expect(await recordOf(scenery.server, flow), name).toEqual(record);
      }
    });

    test.each(scenesOf(configuration))('$name', async (scene) => {
      const { rows, server, neighbours } = scenery;
      const { shown, close, stage } = resume(scene, rows, server, neighbours);
      try {
        expect(await stage.visitor.shown()).toEqual(shown);
        await scene.finish(stage);
      } finally {
        close();
      }
    });

    test('are explained and replayed to what is stored, by their journals', async () => {
      const { release, server, rows } = scenery;
      const file = join(server.folder, 'config.yml');
      const ids = [rows.owed, ...REPLAYED.flatMap((name) => rows.left[name]?.flow ?? [])];
      expect(ids).toHaveLength(3);
      for (const id of ids) {
        for (const ask of ['why', 'replay']) {
          const { status, output } = await command(release, [ask, id, '-c', file]);
          expect(status, `${ask}: ${output}`).toBe(0);
        }
      }
    }, 90_000);
  });
});
