import type { LimitStore } from './limit.ts';

/** Counters in memory that the database learns of a moment later. */
export interface MemoryCounts extends Pick<LimitStore, 'count' | 'read'> {
  /** Writes down what it has not been told yet, before the process ends. */
  flush(): Promise<void>;
}

export interface MemoryCountsParts {
  readonly store: Pick<LimitStore, 'count' | 'read'>;
  /** Milliseconds after which the database is told. */
  readonly wait: number;
  /** Counters held at once: those that were used last. */
  readonly most: number;
}

interface Counter {
  readonly endsAt: number;
  readonly windowMs: number;
  /** What the database counted when it was last asked: of all processes. */
  known: number;
  /** Counted here and not written yet. */
  more: number;
}

/**
 * Counts the rows that a network causes without writing one more for each: in memory, and in the database once a second for
 * each network that was there. Several processes see each other's counts with that delay, and what was counted in the last
 * second before a process is killed is forgotten; so never for guesses (security BF-1).
 */
export function createMemoryCounts(parts: MemoryCountsParts): MemoryCounts {
  const { store, most } = parts;
  const counters = new Map<string, Promise<Counter>>();
  const writing = createWriting(parts, counters);

  return {
    async count(keyHash, windowMs, now) {
      const counter = await counterOf(keyHash, windowMs, now);
      counter.more += 1;
      writing.later(keyHash);
      return { count: counter.known + counter.more, endsAt: counter.endsAt };
    },
    async read(keyHash, now) {
      const counter = await counters.get(keyHash);
      if (counter === undefined || counter.endsAt <= now) return await store.read(keyHash, now);
      return { count: counter.known + counter.more, endsAt: counter.endsAt };
    },
    flush: writing.flush,
  };

  /** One that is over is read anew: another process may have begun the next window. */
  async function counterOf(keyHash: string, windowMs: number, now: number): Promise<Counter> {
    const known = counters.get(keyHash);
    if (known !== undefined && (await known).endsAt > now) {
      touch(keyHash, known);
      return await known;
    }
    // Those who asked at the same moment have put the next one there.
    const beside = counters.get(keyHash);
    if (beside !== undefined && beside !== known) return await beside;
    const reading = readCounter(keyHash, windowMs, now);
    touch(keyHash, reading);
    reading.catch(() => counters.delete(keyHash));
    return await reading;
  }

  async function readCounter(keyHash: string, windowMs: number, now: number): Promise<Counter> {
    const { count, endsAt } = await store.read(keyHash, now);
    return { known: count, more: 0, endsAt: count === 0 ? now + windowMs : endsAt, windowMs };
  }

  /** Used last. Those with something to write stay. */
  function touch(keyHash: string, counter: Promise<Counter>): void {
    counters.delete(keyHash);
    counters.set(keyHash, counter);
    for (const oldest of counters.keys()) {
      if (counters.size <= most) return;
      if (!writing.waits(oldest) && oldest !== keyHash) counters.delete(oldest);
    }
  }
}

interface Writing {
  later(keyHash: string): void;
  waits(keyHash: string): boolean;
  flush(): Promise<void>;
}

/** Tells the database what was counted since it was last told. */
function createWriting({ store, wait }: MemoryCountsParts, counters: ReadonlyMap<string, Promise<Counter>>): Writing {
  const unwritten = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  return { later, waits: (keyHash) => unwritten.has(keyHash), flush };

  function later(keyHash: string): void {
    unwritten.add(keyHash);
    timer ??= setTimeout(() => void flush(), wait).unref();
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const keys = [...unwritten];
    unwritten.clear();
    for (const keyHash of keys) await write(keyHash);
  }

  async function write(keyHash: string): Promise<void> {
    const counter = await counters.get(keyHash);
    if (counter === undefined || counter.more === 0) return;
    const { more, endsAt, windowMs } = counter;
    counter.known += more;
    counter.more = 0;
    try {
      const { count } = await store.count(keyHash, windowMs, endsAt - windowMs, more);
      counter.known = Math.max(counter.known, count);
    } catch {
      // The database is away, which whoever reads or writes there is told; it learns of these later.
      counter.known -= more;
      counter.more += more;
      later(keyHash);
    }
  }
}
