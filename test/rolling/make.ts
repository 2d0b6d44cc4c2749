// node test/rolling/make.ts: writes rows/ anew, by the release whose package lies here. See README.md.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { beginAll, command, keptDatabase, migrate, start, writeRows } from './act.ts';
import { EXAMPLES, SECRET, statePaths, type StoredMachine, type StoredMachines, writeMachines } from './machines.ts';
import { startNeighbours } from './neighbours.ts';
import { unpackBefore } from './releases.ts';

const release = unpackBefore();
const root = fileURLToPath(new URL('../../', import.meta.url));
const machines: Record<string, StoredMachines[string]> = {};

/** The machines as this release draws them. */
async function machinesOf(file: string): Promise<StoredMachines[string]> {
  const out = mkdtempSync(join(tmpdir(), 'sallyport-graph-'));
  const { status, output } = await command(release, ['graph', '--format', 'json', '--out', out, '-c', file], SECRET);
  if (status !== 0) throw new Error(output);
  const drawn = readdirSync(out).map((name): [string, StoredMachine] => {
    // An XState machine, whose description says its shape.
    const machine = JSON.parse(readFileSync(join(out, name), 'utf8')) as Parameters<typeof statePaths>[0];
    const shape = /\(shape ([0-9a-f]{16})\)/.exec(String(machine['description']))?.[1];
    if (shape === undefined) throw new Error(`${file}: no shape`);
    return [basename(name, '.json'), { shape, states: statePaths(machine['states'] as typeof machine) }];
  });
  rmSync(out, { recursive: true });
  return Object.fromEntries(drawn.toSorted(([a], [b]) => a.localeCompare(b)));
}

const neighbours = await startNeighbours({ ahead: 0, answers: false });
const folder = mkdtempSync(join(tmpdir(), 'sallyport-rows-'));
for (const configuration of ['one-page', 'two-pages'] as const) {
  const database = join(folder, `${configuration}.sqlite`);
  const play = { release, configuration, database, neighbours };
  await migrate(play);
  const kept = keptDatabase(configuration);
  mkdirSync(dirname(kept), { recursive: true });
  const server = await start(play);
  machines[configuration] = await machinesOf(join(server.folder, 'config.yml'));
  writeRows(configuration, await beginAll(play, server));
  rmSync(kept, { force: true });
  const written = new DatabaseSync(database);
  written.exec(`VACUUM INTO '${kept}'`);
  written.close();
}
for (const example of EXAMPLES) machines[example] = await machinesOf(join(root, example));
writeMachines(machines);
await neighbours.stop();
release.remove();
rmSync(folder, { recursive: true });
