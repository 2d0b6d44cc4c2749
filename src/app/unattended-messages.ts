import type { OutboxReads } from '../courier/message.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../telemetry/log.ts';

/** Milliseconds for which a message may be due before somebody is told. */
const PATIENCE = 300_000;

interface UnattendedParts {
  readonly outbox: Pick<OutboxReads, 'dueSince'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn' | 'info'>;
}

/** Looks whether messages wait for a courier that does not come: says so once, and once more when they are taken. */
export function createUnattendedMessages({ outbox, clock, log }: UnattendedParts): { look(): Promise<void> } {
  let told = false;
  return {
    async look() {
      const now = clock.now();
      const since = await outbox.dueSince(now);
      const waits = since !== undefined && now - since > PATIENCE;
      if (waits && !told)
        log.warn(
          'Messages are due and no courier takes them: start one with `sallyport courier watch`, or this server with --watch-courier.',
          { due_since: new Date(since).toISOString() },
        );
      if (!waits && told) log.info('A courier takes the messages that were waiting.');
      told = waits;
    },
  };
}
