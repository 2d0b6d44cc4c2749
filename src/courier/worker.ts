import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { backoff } from './backoff.ts';
import { domainOf } from '../kernel/mail-address.ts';
import type { OutboxMessage, OutboxQueue } from './message.ts';
import type { Send, Sent } from './delivery.ts';

export interface CourierSettings {
  /** How often a message of which the server wants nothing is tried again (`courier.message_retries`). */
  readonly retries: number;
  readonly pullCount: number;
  readonly pullWait: number;
  /** How long what was taken is ours alone. */
  readonly lease: number;
}

export interface CourierLog {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

export interface CourierDeps {
  readonly queue: OutboxQueue;
  readonly send: Send;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: CourierLog;
  readonly settings: CourierSettings;
  /** For counting; called once a try. */
  readonly ended?: (message: OutboxMessage, outcome: CourierOutcome) => void;
}

export type CourierOutcome = 'sent' | 'queued' | 'abandoned' | 'cancelled';

export interface Courier {
  start(): void;
  /**
   * Takes nothing more, gives what is on its way `grace` milliseconds, then breaks it off: it stays queued. What was leased
   * and not begun is offered to others when its lease is over.
   */
  stop(grace?: number): Promise<void>;
  /** Sends all that is due now; how many tries that were. */
  pass(): Promise<number>;
  /** Something was just queued: look at once. */
  nudge(): void;
}

/**
 * Shares of a lease. A try begins while so much of it is left, and ends well before: the rest is for noting what became of
 * it, on a database that may be slow, before anybody else may begin the same message.
 */
const LEFT_TO_BEGIN = 2 / 3;
const LONGEST_TRY = 5 / 12;
const TOTAL = 20;
const PER_DOMAIN = 5;
/** Leased and not yet ended; bounds memory when one domain stands still. */
const HELD = 500;
/** A message nobody gave an end: after this the server has had every chance. */
const USEFUL = 3 * 24 * 3_600_000;
const LONGEST_PAUSE = 60_000;

interface Held {
  readonly message: OutboxMessage;
  readonly lane: string;
  /** When the lease ends. */
  readonly until: number;
}

/**
 * The sender. Rows are leased, never taken: what a dead worker held is offered again when its lease is over. Messages to
 * one slow domain wait for each other and for nobody else (reliability ).
 */
export function createCourier(deps: CourierDeps): Courier {
  const { queue, clock, random, log, settings } = deps;
  const worker = random.uuid();
  const breakOff = new AbortController();
  const running = new Set<Promise<void>>();
  const lanes = new Map<string, number>();
  let waiting: Held[] = [];
  let filling: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  let tries = 0;
  let faults = 0;
  /** The last look found as much as was asked for. */
  let more = false;
  let timer: NodeJS.Timeout | undefined;

  return { start, stop, pass, nudge };

  function start(): void {
    if (stopped || timer !== undefined) return;
    timer = setTimeout(tick, 0);
  }

  function tick(): void {
    void fill().finally(() => {
      if (stopped) return;
      timer = setTimeout(
        tick,
        Math.min(settings.pullWait * 2 ** Math.min(faults, 16), Math.max(LONGEST_PAUSE, settings.pullWait)),
      );
    });
  }

  function nudge(): void {
    if (timer !== undefined && !stopped) void fill();
  }

  async function pass(): Promise<number> {
    const before = tries;
    await fill();
    await settled();
    return tries - before;
  }

  async function stop(grace = 5_000): Promise<void> {
    stopped = true;
    clearTimeout(timer);
    waiting = [];
    const limit = setTimeout(() => breakOff.abort(), grace);
    await settled();
    clearTimeout(limit);
  }

  async function settled(): Promise<void> {
    while (running.size > 0 || filling !== undefined) await Promise.all([...running, filling]);
  }

  /** One at a time; who asks meanwhile has it done once more. */
  function fill(): Promise<void> {
    if (filling !== undefined) {
      again = true;
      return filling;
    }
    filling = takeWhileFree().finally(() => {
      filling = undefined;
      if (!again) return undefined;
      again = false;
      return fill();
    });
    return filling;
  }

  /** Takes more as long as there are free hands: those that wait then all wait for a domain of their own. */
  async function takeWhileFree(): Promise<void> {
    beginWhatMay();
    while (!stopped && running.size < TOTAL && waiting.length + running.size < HELD) {
      const until = clock.now() + settings.lease;
      let taken: readonly OutboxMessage[];
      try {
        taken = await queue.take(worker, settings.pullCount, clock.now(), until);
        faults = 0;
      } catch (error) {
        faults += 1;
        log.error({ err: error }, 'The outbox could not be read; trying again.');
        return;
      }
      if (stopped) return;
      waiting.push(...taken.map((message): Held => ({ message, lane: laneOf(message), until })));
      beginWhatMay();
      more = taken.length === settings.pullCount;
      if (!more) return;
    }
  }

  function beginWhatMay(): void {
    const now = clock.now();
    waiting = waiting.filter((held) => {
      // Too late to end inside its lease: the queue will offer it again.
      if (held.until - now < settings.lease * LEFT_TO_BEGIN) return false;
      if (running.size >= TOTAL || (lanes.get(held.lane) ?? 0) >= PER_DOMAIN) return true;
      begin(held);
      return false;
    });
  }

  function begin(held: Held): void {
    lanes.set(held.lane, (lanes.get(held.lane) ?? 0) + 1);
    const run = handle(held)
      .catch((error: unknown) => log.error({ err: error, message: held.message.id }, 'A message could not be handled.'))
      .finally(() => {
        running.delete(run);
        const others = (lanes.get(held.lane) ?? 1) - 1;
        if (others === 0) lanes.delete(held.lane);
        else lanes.set(held.lane, others);
        if (stopped) return;
        beginWhatMay();
        if (more && running.size < TOTAL) void fill();
      });
    running.add(run);
  }

  async function handle(held: Held): Promise<void> {
    const { message } = held;
    tries += 1;
    const useful = message.usefulUntil ?? message.createdAt + USEFUL;
    if (clock.now() >= useful) {
      return settle(held, 'cancelled', { status: 'abandoned' }, 'It expired before it was sent.');
    }
    const result = await tryOnce(message);
    if (result.kind === 'sent') return settle(held, 'sent', { status: 'sent' }, undefined);
    const count = message.sendCount + 1;
    const givenUp = result.kind === 'permanent' && count > settings.retries;
    if (givenUp) return settle(held, 'abandoned', { status: 'abandoned' }, result.reason);
    const dueAt = clock.now() + backoff(random, count, result.kind === 'away');
    return settle(held, 'queued', { status: 'queued', dueAt }, result.reason);
  }

  async function tryOnce(message: OutboxMessage): Promise<Sent> {
    const limit = new AbortController();
    const end = (): void => limit.abort();
    const timeout = afterReading(settings.lease * LONGEST_TRY, end);
    breakOff.signal.addEventListener('abort', end, { once: true });
    try {
      return await deps.send(message, limit.signal);
    } catch (error) {
      log.error({ err: error, message: message.id }, 'Sending failed unexpectedly.');
      return { kind: 'temporary', reason: 'Sending failed unexpectedly; see the log.' };
    } finally {
      timeout.clear();
      breakOff.signal.removeEventListener('abort', end);
    }
  }

  /** Notes the end. After a 250 this is what keeps a second copy from going out, so it is tried while the lease lasts. */
  async function settle(
    { message, until }: Held,
    outcome: CourierOutcome,
    end: { readonly status: 'sent' | 'queued' | 'abandoned'; readonly dueAt?: number },
    reason: string | undefined,
  ): Promise<void> {
    const dispatch = {
      id: random.uuid(),
      messageId: message.id,
      status: outcome === 'sent' ? ('success' as const) : ('failed' as const),
      error: reason,
      createdAt: clock.now(),
    };
    for (let pause = 50; ; pause *= 2) {
      try {
        const ours = await queue.settle(message.id, worker, { ...end, dispatch, now: clock.now() });
        if (!ours) log.warn({ message: message.id }, 'The lease of a message ended before its result was stored.');
        break;
      } catch (error) {
        if (stopped || clock.now() + pause >= until) throw error;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
    const fields = {
      message: message.id,
      template: message.template,
      channel: message.channel,
      attempt: message.sendCount + 1,
      reason,
    };
    if (outcome === 'sent') log.info(fields, 'A message was sent.');
    else if (outcome === 'queued') log.warn(fields, 'A message was not sent; it will be tried again.');
    else log.error(fields, outcome === 'cancelled' ? 'A message was cancelled.' : 'A message was abandoned.');
    deps.ended?.(message, outcome);
  }
}

/**
 * A timer that lets what has arrived be read first. A process that stood still finds its timer and the server's answer at
 * the same moment; who looks at the timer first sends the message twice.
 */
function afterReading(ms: number, act: () => void): { clear(): void } {
  let cleared = false;
  const whenRead = (): unknown => setImmediate(() => cleared || act());
  let timer = setTimeout(() => {
    timer = setTimeout(whenRead, 100);
  }, ms);
  return {
    clear() {
      cleared = true;
      clearTimeout(timer);
    },
  };
}

/** What shares a fate: the recipient's domain, the host of a web hook, a channel. */
function laneOf({ type, channel, recipient }: OutboxMessage): string {
  if (type === 'http') return `http ${URL.parse(recipient)?.host ?? ''}`;
  return type === 'email' ? `email ${domainOf(recipient)}` : channel;
}
