import { attemptMessage, type AttemptDeps, type LeasedMessage } from './attempt.ts';
import { createHands } from './hands.ts';
import { createTurns } from './turns.ts';

export interface CourierSettings {
  readonly pullCount: number;
  readonly pullWait: number;
  /** How long a leased message belongs to one worker alone. */
  readonly lease: number;
}

export interface CourierDeps extends AttemptDeps {
  /** Asked anew each time: a courier outlives its configuration. */
  readonly settings: () => CourierSettings;
}

export interface Courier {
  start(): void;
  /**
   * Leases nothing more, gives the tries under way `grace` milliseconds, then breaks them off: their messages stay queued.
   * Messages that were leased and not begun are offered to other workers when their lease is over.
   */
  stop(grace?: number): Promise<void>;
  /** Sends all that is due now; how many tries that were. */
  pass(): Promise<number>;
  /** A message was just queued: look at once. */
  nudge(): void;
}

/** A try begins while this part of its lease is left, so that it ends well before the lease does. */
const LEFT_TO_BEGIN = 2 / 3;
const LONGEST_PAUSE = 60_000;

/** The sender. Rows are leased, never taken: the rows of a dead worker are offered again when their lease is over. */
export function createCourier(deps: CourierDeps): Courier {
  const { clock, random, log, settings } = deps;
  const worker = random.uuid();
  const stopping = new AbortController();
  const breakOff = new AbortController();
  let faults = 0;
  /** The last look found as much as it asked for. */
  let more = false;
  let timer: NodeJS.Timeout | undefined;

  const hands = createHands({
    now: () => clock.now(),
    mayBegin: ({ until }) => until - clock.now() >= settings().lease * LEFT_TO_BEGIN,
    attempt: (leased) =>
      attemptMessage(deps, { ...leased, worker, stopping: stopping.signal, breakOff: breakOff.signal }).catch(
        (error: unknown) => log.error({ error, message: leased.message.id }, 'A message could not be handled.'),
      ),
    freed: () => more && hands.hasFree() && void filling.run(),
    stopping: stopping.signal,
  });
  /** Leases more as long as there are free hands: the messages that wait then are all in lanes that are full. */
  const filling = createTurns(async () => {
    hands.beginWaiting();
    while (!stopping.signal.aborted && hands.hasFree() && !hands.isFull()) {
      const leased = await lease(deps, worker);
      faults = leased === undefined ? faults + 1 : 0;
      if (leased === undefined || stopping.signal.aborted) return;
      hands.add(leased);
      more = leased.length === settings().pullCount;
      if (!more) return;
    }
  });
  const tick = (): void =>
    void filling.run().finally(() => {
      const { pullWait } = settings();
      const longest = Math.max(LONGEST_PAUSE, pullWait);
      const pause = Math.min(pullWait * 2 ** Math.min(faults, 16), longest);
      if (!stopping.signal.aborted) timer = setTimeout(tick, pause);
    });
  const settled = async (): Promise<void> => {
    while (hands.isBusy() || filling.running()) await Promise.all([hands.ended(), filling.running()]);
  };

  return {
    start() {
      if (!stopping.signal.aborted) timer ??= setTimeout(tick, 0);
    },
    nudge: () => void (timer !== undefined && !stopping.signal.aborted && filling.run()),
    async pass() {
      const before = hands.begun();
      await filling.run();
      await settled();
      return hands.begun() - before;
    },
    async stop(grace = 5_000) {
      stopping.abort();
      clearTimeout(timer);
      hands.dropWaiting();
      const limit = setTimeout(() => breakOff.abort(), grace);
      await settled();
      clearTimeout(limit);
    },
  };
}

/** Leases due messages; undefined: the queue could not be read, which is logged. */
async function lease(
  { queue, clock, log, settings }: CourierDeps,
  worker: string,
): Promise<readonly LeasedMessage[] | undefined> {
  const { lease: length, pullCount } = settings();
  const until = clock.now() + length;
  try {
    const taken = await queue.take(worker, pullCount, clock.now(), until);
    return taken.map((message) => ({ message, until }));
  } catch (error) {
    // The next look may find the database again.
    log.error({ error }, 'The outbox could not be read; trying again.');
    return undefined;
  }
}
