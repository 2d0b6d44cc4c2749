import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ReloadingServer, startReloading } from '../support/reloading.ts';
import { seeded } from '../support/seeded.ts';
import { broken, changed, CONFIG, configOf, type Files, filesOf, FIRST } from './edits.ts';
import { type Seen, usePeople } from './people.ts';

export interface Edited extends Seen {
  readonly accepted: number;
  readonly refused: number;
  /** Edits that were read otherwise than they should have been. */
  readonly misread: readonly string[];
}

/** Edits the files of a running server one after the other, 30 of 100 badly, while people use it. */
export async function editUnderLoad({ edits, people, seed }: Options): Promise<Edited> {
  const random = seeded(seed);
  const server = await startReloading({ config: CONFIG, files: filesOf(FIRST), args: ['serve', '--dev'] });
  const first = readFileSync(join(server.folder, 'config.yml'), 'utf8');
  const crowd = usePeople(server, people, seed);
  const misread: string[] = [];
  const counts = { accepted: 0, refused: 0 };
  let settings = FIRST;
  for (let n = 0; n < edits; n += 1) {
    const isBroken = n % 10 < 3;
    if (!isBroken) settings = changed(settings, n, random);
    const good = { ...filesOf(settings), 'config.yml': configOf(first, settings) };
    const { files, what } = isBroken ? broken(good, random) : { files: good, what: JSON.stringify(settings) };
    write(server, files);
    const { result, line } = await server.reload();
    counts[result] += 1;
    if ((result === 'refused') !== isBroken) misread.push(`${what}: ${result}: ${String(line['msg'])}`);
    crowd.edited();
  }
  const seen = await crowd.end();
  await server.stop();
  return { ...seen, ...counts, misread };
}

interface Options {
  readonly edits: number;
  readonly people: number;
  readonly seed: number;
}

/** Replaces the files that are not as they should be. */
function write(server: ReloadingServer, files: Files): void {
  for (const [file, text] of Object.entries(files)) server.edit(file, (was) => (was === text ? was : text));
}
