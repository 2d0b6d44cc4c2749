/** One who waits. */
export interface Waiting {
  /** Whose share of the line it takes. */
  readonly network: string;
  /** Goes before the strangers of the same network, and is turned away after all strangers. */
  readonly known: boolean;
  /** The work it asks for, in any unit above 0. */
  readonly weight: number;
}

/** A line that networks share, whoever sends most (security BF-10). */
export interface FairLine<T extends Waiting> {
  readonly size: number;
  /** The one whose turn it is: networks take turns, and within one known people come first, each in their order. */
  next(): T | undefined;
  /** Takes out the one whose turn it is. */
  shift(): T | undefined;
  /** Lets one in, at the most so much work long, and returns those who have to go for it: perhaps the new one itself. */
  join(one: T, length: number): readonly T[];
  /** True when this one would be let in now. */
  admits(one: T, length: number): boolean;
}

/** The queue of each network, in the order of their turns. In each the next stands first, and the last goes first. */
type Queues<T> = Map<string, T[]>;

export function createFairLine<T extends Waiting>(): FairLine<T> {
  const queues: Queues<T> = new Map();

  const next = (): T | undefined => queues.values().next().value?.[0];
  return {
    get size() {
      return [...queues.values()].reduce((sum, queue) => sum + queue.length, 0);
    },
    next,
    shift() {
      const one = next();
      if (one === undefined) return undefined;
      const queue = queues.get(one.network) ?? [];
      queues.delete(one.network);
      queue.shift();
      if (queue.length > 0) queues.set(one.network, queue);
      return one;
    },
    join(one, length) {
      insert(queues, one);
      return shorten(queues, one, length);
    },
    admits(one, length) {
      const copy: Queues<T> = new Map([...queues].map(([network, queue]) => [network, [...queue]]));
      insert(copy, one);
      return !shorten(copy, one, length).includes(one);
    },
  };
}

function insert<T extends Waiting>(queues: Queues<T>, one: T): void {
  const queue = queues.get(one.network) ?? [];
  const strangers = one.known ? queue.findIndex(({ known }) => !known) : -1;
  queue.splice(strangers === -1 ? queue.length : strangers, 0, one);
  queues.set(one.network, queue);
}

/**
 * Takes out whoever is too many now that `one` has come. A network that grows has at most half of the line while another
 * waits; a line that is too long loses the newest of the network with most waiting, and strangers before anybody known. One
 * alone always may wait.
 */
function shorten<T extends Waiting>(queues: Queues<T>, { network }: T, length: number): readonly T[] {
  const gone: T[] = [];
  const drop = (from: string): void => {
    const last = queues.get(from)?.pop();
    if (last !== undefined) gone.push(last);
    if (queues.get(from)?.length === 0) queues.delete(from);
  };
  if (queues.size > 1 && weightOf(queues.get(network)) > length / 2) drop(network);
  for (;;) {
    const all = [...queues];
    const waiting = all.reduce((sum, [, queue]) => sum + queue.length, 0);
    if (waiting <= 1 || all.reduce((sum, [, queue]) => sum + weightOf(queue), 0) <= length) return gone;
    const strangers = all.filter(([, queue]) => queue.at(-1)?.known === false);
    // Of equals it is the network of the one who came last, or else the one whose turn is last.
    const [most] = (strangers.length > 0 ? strangers : all)
      .toReversed()
      .toSorted(([a, as], [b, bs]) => weightOf(bs) - weightOf(as) || Number(b === network) - Number(a === network));
    drop(most?.[0] ?? network);
  }
}

const weightOf = (queue: readonly Waiting[] = []): number => queue.reduce((sum, { weight }) => sum + weight, 0);
