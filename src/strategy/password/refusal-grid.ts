import type { StoredHash } from './stored-hash.ts';

/**
 * When a refused sign-in is answered: at a time that all refusals share, whatever is stored for the account, so that it does
 * not tell which accounts exist (security PW-7). That is waiting, not work, and the wait holds no place in the line of hashes.
 */
export interface RefusalGrid {
  /** A hash like this is stored, or about to be. */
  note(stored: StoredHash): void;
  /** How to go through everything that is stored: at once, and once a day. Further calls change nothing. */
  countBy(count: Count): void;
  /** Resolves at the next step of the grid. */
  wait(refused: Refused): Promise<void>;
}

/** Notes every hash that is stored. */
export type Count = (note: (stored: StoredHash) => void) => Promise<void>;

export interface Refused {
  /** When the work on it began, in monotonic milliseconds. */
  readonly began: number;
  /** How many spellings of the password were tried; it depends on what was typed alone. */
  readonly spellings: number;
  /** What anybody's hash costs. */
  readonly own: StoredHash;
  /** A stored hash may cost so many of them. */
  readonly most: number;
}

export interface GridParts {
  /** Milliseconds that a check of such a hash takes here. */
  measure(stored: StoredHash): Promise<number>;
  /** Monotonic milliseconds. */
  now(): number;
  sleep(milliseconds: number): Promise<unknown>;
}

/** The dearest hash of each kind, and how long it takes once that was asked. */
type Kinds = Map<string, { readonly stored: StoredHash; took?: Promise<number> }>;

/** A step is so many times as long as a hash that runs alone: it runs beside others. */
const SLACK = 2;
/** On a busy machine a step is up to so many times as long again. */
const LONGEST = 4;
/** How long the slowest check is remembered: between one and two of these, in milliseconds. */
const MINUTE = 60_000;
const DAY = 24 * 3_600_000;
/** Until a count that failed is begun again; milliseconds. */
const RETRY = 10_000;

export function createRefusalGrid({ measure, now, sleep }: GridParts): RefusalGrid {
  let kinds: Kinds = new Map();
  let fresh: Kinds | undefined;
  let count: Count | undefined;
  let complete = false;
  let begun = 0;
  const inTurn = oneAtATime();
  const slowest = createSlowest(now);

  const note = (stored: StoredHash): void => {
    keep(kinds, stored);
    if (fresh !== undefined) keep(fresh, stored);
  };
  const begin = (work: Count): void => {
    const found: Kinds = new Map();
    fresh = found;
    begun = now();
    void work((stored) => keep(found, stored)).then(
      () => {
        kinds = found;
        complete = true;
        fresh = undefined;
      },
      () => void (fresh = undefined), // the database is away: again when somebody is refused
    );
  };
  const recount = (): void => {
    if (count !== undefined && fresh === undefined && now() - begun > (complete ? DAY : RETRY)) begin(count);
  };

  const tookOf = (stored: StoredHash): Promise<number> => {
    keep(kinds, stored);
    const kind = kinds.get(stored.kind) ?? { stored };
    // What fails is measured again for the next one: a sign-in that needs it fails by itself.
    kind.took ??= inTurn(() => measure(kind.stored)).catch(() => {
      delete kind.took;
      return 0;
    });
    return kind.took;
  };
  async function step({ own, most }: Refused): Promise<number> {
    const ofOwn = await tookOf(own);
    // As long as it is not known what is stored, it may be the dearest.
    const unknown = complete ? 0 : ofOwn * most;
    const all = await Promise.all([...kinds.values()].map(({ stored }) => tookOf(stored)));
    return SLACK * Math.max(unknown, ...all);
  }

  return {
    note,
    countBy(work) {
      if (count !== undefined) return;
      count = work;
      begin(work);
    },
    async wait(refused) {
      recount();
      const alone = await step(refused);
      const elapsed = now() - refused.began;
      slowest.note(elapsed / refused.spellings);
      const length = busyStep(alone, slowest.recent()) * refused.spellings;
      await sleep(Math.max(1, Math.ceil(elapsed / length)) * length - elapsed);
    },
  };
}

/**
 * A busy machine would carry the dear hashes alone into the second step, where they could be told apart. So the step is
 * doubled for everybody until the slowest check of late fits into it.
 */
function busyStep(alone: number, slowest: number): number {
  const longest = alone * LONGEST;
  let length = alone;
  while (length < slowest && length < longest) length *= 2;
  return length;
}

/** The longest of the last minute or two, in milliseconds. */
function createSlowest(now: () => number): { note(took: number): void; recent(): number } {
  let since = now();
  let current = 0;
  let before = 0;
  const turn = (): void => {
    const age = now() - since;
    if (age < MINUTE) return;
    before = age < 2 * MINUTE ? current : 0;
    current = 0;
    since = now();
  };
  return {
    note(took) {
      turn();
      current = Math.max(current, took);
    },
    recent() {
      turn();
      return Math.max(current, before);
    },
  };
}

/** What is measured at once would lengthen each other. */
function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined); // whoever asked for it is told
    return result;
  };
}

function keep(into: Kinds, stored: StoredHash): void {
  const known = into.get(stored.kind)?.stored;
  if (known === undefined || known.price < stored.price) into.set(stored.kind, { stored });
}
