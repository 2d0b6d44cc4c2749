import type { IdentitySchemas } from '../identity/schema.ts';
import type { Clock } from '../kernel/clock.ts';
import { SallyportError } from '../kernel/error.ts';
import type { SourceDatabase } from '../store/knex/open-source.ts';
import type { Store } from '../store/store.ts';
import { releaseOf, type KratosRelease } from './kratos-release.ts';
import { kratosRows, networkOf, type KratosPerson, type KratosRows, type Network } from './kratos-rows.ts';
import type { Newcomer, Receiving } from './newcomer.ts';
import { newcomerFrom } from './newcomer-from.ts';
import { createTally, type MoveReport, type Tally } from './report.ts';
import { storePeople } from './store-people.ts';

/** People of one transaction, and of one page of the source. */
const BATCH = 100;

/** A source that was looked at, and nothing more. */
export interface Opened {
  readonly place: string;
  readonly release: KratosRelease;
  readonly network: Network;
  readonly people: number;
  readonly rows: KratosRows;
}

/**
 * Looks at a database of the reference. Throws `bad_request` for one that cannot be moved in from: of another program or release,
 * without people, or with schemas that the configuration here does not have.
 */
export async function openKratos(
  source: SourceDatabase,
  schemas: Pick<IdentitySchemas, 'get'>,
  { network: named, anyVersion }: { readonly network: string | undefined; readonly anyVersion: boolean },
): Promise<Opened> {
  const { place } = source;
  const release = await releaseOf(source, { anyVersion });
  const network = await networkOf(source, named);
  if (network === undefined)
    throw refuse(`${place} has no network${named === undefined ? '' : ' of this id'}: nobody is in it.`);
  const rows = kratosRows(source, release, network.id);
  const missing = (await rows.schemas()).filter(({ id }) => schemas.get(id) === undefined);
  if (missing.length > 0)
    throw refuse(
      [
        `${place} has people of schemas that identity.schemas of this configuration does not have; nothing was read.`,
        ...missing.map(({ id, people }) => `  ${JSON.stringify(id)}: ${people} people`),
      ].join('\n'),
    );
  return { place, release, network, people: await rows.count(), rows };
}

export interface Moving {
  readonly store: Pick<Store, 'transaction'>;
  readonly clock: Clock;
  readonly receiving: Receiving;
  readonly dryRun: boolean;
  /** Is told how many people were read. */
  progress(read: number): void;
  /** True: the run ends after the batch that is under way. */
  stopped(): boolean;
}

/** Moves everybody in, batch by batch. What is there already is left alone, so a run that was stopped is gone on with by another. */
export async function moveIn(source: Opened, moving: Moving): Promise<MoveReport> {
  const tally = createTally();
  let after = '';
  let finished = false;
  while (!finished && !moving.stopped()) {
    // Sessions that begin while the page is read are those of the next run.
    const now = moving.clock.now();
    const page = await source.rows.people({ after, size: BATCH });
    await moveBatch(page, moving, tally, now);
    after = page.at(-1)?.identity['id'] ?? after;
    finished = page.length < BATCH;
    moving.progress(tally.read);
  }
  return tally.report({
    source: source.place,
    release: source.release.name,
    dryRun: moving.dryRun,
    finished,
    others: { networks: source.network.others, people: source.network.peopleOfOthers },
  });
}

async function moveBatch(
  page: readonly KratosPerson[],
  { store, receiving, dryRun }: Moving,
  tally: Tally,
  now: number,
): Promise<void> {
  const newcomers = page.flatMap((person): readonly Newcomer[] => {
    try {
      return [newcomerFrom(person, receiving, now)];
    } catch {
      // One person's trouble. What the error says may quote the rows.
      tally.fail(person.identity['id'] ?? '', 'the rows cannot be read');
      return [];
    }
  });
  const outcomes = await storePeople(store, newcomers, { dry: dryRun });
  for (const [i, newcomer] of newcomers.entries()) {
    const outcome = outcomes[i];
    if (outcome !== undefined) tally.add(outcome, newcomer);
  }
}

const refuse = (reason: string): SallyportError => new SallyportError('bad_request', reason);
