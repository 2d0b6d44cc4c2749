import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { backoff } from './backoff.ts';
import type { Send, Sent } from './delivery.ts';
import type { OutboxMessage, OutboxQueue } from './message.ts';

export interface CourierLog {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

export type CourierOutcome = 'sent' | 'queued' | 'abandoned' | 'cancelled';

/** What one try at a message needs. */
export interface AttemptDeps {
  readonly queue: OutboxQueue;
  readonly send: Send;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: CourierLog;
  readonly settings: () => { readonly lease: number };
  /** For counting; called once a try. */
  readonly ended?: (message: OutboxMessage, outcome: CourierOutcome) => void;
}

/** A message that this worker has leased. */
export interface LeasedMessage {
  readonly message: OutboxMessage;
  /** When the lease ends. */
  readonly until: number;
}

export interface Lease extends LeasedMessage {
  /** The worker that holds the lease. */
  readonly worker: string;
  /** Aborted when the courier takes no more messages: storing a result is not tried again. */
  readonly stopping: AbortSignal;
  /** Aborted when the courier waits no longer: the try is broken off. */
  readonly breakOff: AbortSignal;
}

/** The part of a lease that a try may take. The rest is for storing the result, before another worker may begin. */
const LONGEST_TRY = 5 / 12;
/** How long a message without an end of its own is worth sending. */
const USEFUL = 3 * 24 * 3_600_000;

interface End {
  readonly outcome: CourierOutcome;
  readonly status: 'sent' | 'queued' | 'abandoned';
  readonly dueAt?: number;
  readonly reason: string | undefined;
}

/** Tries one message once, and stores and logs the result. */
export async function attemptMessage(deps: AttemptDeps, lease: Lease): Promise<void> {
  const { message } = lease;
  const useful = message.usefulUntil ?? message.createdAt + USEFUL;
  const end: End =
    deps.clock.now() >= useful
      ? { outcome: 'cancelled', status: 'abandoned', reason: 'It expired before it was sent.' }
      : endOf(deps, message, await tryOnce(deps, lease));
  await storeEnd(deps, lease, end);
  logEnd(deps.log, message, end);
  deps.ended?.(message, end.outcome);
}

/** What becomes of a message after a try. */
function endOf({ clock, random }: AttemptDeps, message: OutboxMessage, result: Sent): End {
  if (result.kind === 'sent') return { outcome: 'sent', status: 'sent', reason: undefined };
  const { kind, reason } = result;
  const count = message.sendCount + 1;
  // The server would say the same again (RFC 5321 4.2.1).
  if (kind === 'permanent') return { outcome: 'abandoned', status: 'abandoned', reason };
  const dueAt = clock.now() + backoff(random, count, kind === 'away');
  return { outcome: 'queued', status: 'queued', dueAt, reason };
}

async function tryOnce({ send, log, settings }: AttemptDeps, { message, breakOff }: Lease): Promise<Sent> {
  const limit = new AbortController();
  const end = (): void => limit.abort();
  const timeout = afterReading(settings().lease * LONGEST_TRY, end);
  breakOff.addEventListener('abort', end, { once: true });
  try {
    return await send(message, limit.signal);
  } catch (error) {
    // A fault of ours must not lose the message: it is tried again, and the log has the error.
    log.error({ error, message: message.id }, 'Sending failed unexpectedly.');
    return { kind: 'temporary', reason: 'Sending failed unexpectedly; see the log.' };
  } finally {
    timeout.clear();
    breakOff.removeEventListener('abort', end);
  }
}

/**
 * Stores the result of a try. Once a mail server has accepted a message, this is what keeps a second copy from going out, so
 * it is tried while the lease lasts.
 */
async function storeEnd(
  { queue, clock, random, log }: AttemptDeps,
  { message, until, worker, stopping }: Lease,
  { outcome, status, dueAt, reason }: End,
): Promise<void> {
  const dispatch = {
    id: random.uuidAt(clock.now()),
    messageId: message.id,
    status: outcome === 'sent' ? ('success' as const) : ('failed' as const),
    error: reason,
    createdAt: clock.now(),
  };
  for (let pause = 50; ; pause *= 2) {
    try {
      const end = { status, ...(dueAt !== undefined && { dueAt }), dispatch, now: clock.now() };
      if (!(await queue.settle(message.id, worker, end)))
        log.warn({ message: message.id }, 'The lease of a message ended before its result was stored.');
      return;
    } catch (error) {
      // The database may be back before the lease ends.
      if (stopping.aborted || clock.now() + pause >= until) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

function logEnd(log: CourierLog, message: OutboxMessage, { outcome, reason }: End): void {
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
}

/**
 * A timer that lets arrived data be read first. A process that stood still finds its timer and the server's answer at the
 * same moment; acting on the timer first would send the message twice.
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
