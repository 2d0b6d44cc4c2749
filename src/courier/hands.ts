import { domainOf } from '../kernel/mail-address.ts';
import type { LeasedMessage } from './attempt.ts';
import type { OutboxMessage } from './message.ts';

const TOTAL = 20;
const PER_LANE = 5;
/** Leased and not yet ended; bounds memory when one domain stands still. */
const HELD = 500;
/** A lane whose tries are all under way for so many milliseconds stands still. */
const STANDS_STILL = 5_000;

/**
 * The tries under way, a bounded number in all and for one lane: messages to one slow domain wait for each other and for no
 * other message (reliability ).
 */
export interface Hands {
  /** Adds leased messages, and begins those for which there is a hand. */
  add(leased: readonly LeasedMessage[]): void;
  /** Begins those for which there is a hand by now. */
  beginWaiting(): void;
  /** Forgets the messages that have not begun. */
  dropWaiting(): void;
  /** Whether another message could begin, were it in a lane of its own. */
  hasFree(): boolean;
  /**
   * Whether as many messages are leased as this process holds. Messages in lanes that stand still are forgotten first, so
   * that a slow domain with many messages keeps no other message waiting; the queue offers them again.
   */
  isFull(): boolean;
  isBusy(): boolean;
  /** How many tries have begun so far. */
  begun(): number;
  /** Resolves when the tries of now have ended. */
  ended(): Promise<unknown>;
}

export interface HandsDeps {
  readonly now: () => number;
  /** False when too little of the lease is left. */
  readonly mayBegin: (leased: LeasedMessage) => boolean;
  /** Never throws. */
  readonly attempt: (leased: LeasedMessage) => Promise<void>;
  /** A hand has become free. */
  readonly freed: () => void;
  readonly stopping: AbortSignal;
}

export function createHands({ now, mayBegin, attempt, freed, stopping }: HandsDeps): Hands {
  const running = new Set<Promise<void>>();
  const lanes = new Map<string, number>();
  /** When a try of the lane last ended, or its first one began. */
  const moved = new Map<string, number>();
  let waiting: readonly LeasedMessage[] = [];
  let begun = 0;
  const inLane = (lane: string): number => lanes.get(lane) ?? 0;

  function begin(leased: LeasedMessage, lane: string): void {
    if (inLane(lane) === 0) moved.set(lane, now());
    lanes.set(lane, inLane(lane) + 1);
    begun += 1;
    const run = attempt(leased).finally(() => {
      running.delete(run);
      moved.set(lane, now());
      if (inLane(lane) > 1) lanes.set(lane, inLane(lane) - 1);
      else {
        lanes.delete(lane);
        moved.delete(lane);
      }
      if (stopping.aborted) return;
      beginWaiting();
      freed();
    });
    running.add(run);
  }

  function beginWaiting(): void {
    waiting = waiting.filter((leased) => {
      // Too late to end within its lease: the queue will offer it again.
      if (!mayBegin(leased)) return false;
      const lane = laneOf(leased.message);
      if (running.size >= TOTAL || inLane(lane) >= PER_LANE) return true;
      begin(leased, lane);
      return false;
    });
  }

  const standsStill = (lane: string): boolean =>
    inLane(lane) >= PER_LANE && now() - (moved.get(lane) ?? 0) > STANDS_STILL;

  return {
    add(leased) {
      waiting = [...waiting, ...leased];
      beginWaiting();
    },
    beginWaiting,
    dropWaiting() {
      waiting = [];
    },
    hasFree: () => running.size < TOTAL,
    isFull() {
      const full = (): boolean => waiting.length + running.size >= HELD;
      if (full()) waiting = waiting.filter(({ message }) => !standsStill(laneOf(message)));
      return full();
    },
    isBusy: () => running.size > 0,
    begun: () => begun,
    ended: () => Promise.all(running),
  };
}

/** Messages in one lane fail together: the recipient's domain, the host of a web hook, a channel. */
function laneOf({ type, channel, recipient }: OutboxMessage): string {
  if (type === 'http') return `http ${URL.parse(recipient)?.host ?? ''}`;
  return type === 'email' ? `email ${domainOf(recipient)}` : channel;
}
