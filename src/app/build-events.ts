import type { Config } from '../config/config.ts';
import type { SecurityEvent } from '../event/catalogue.ts';
import { createIdentifierHash } from '../event/identifier-hash.ts';
import { createSecurityEvents, type SecurityEvents } from '../event/security-events.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { createEventLog } from '../telemetry/event-log.ts';
import type { RequestScope } from '../telemetry/request-scope.ts';

export interface EventSetup {
  readonly clock: Clock;
  readonly random: Random;
  readonly scope: Pick<RequestScope, 'origin'>;
  write(line: string): void;
  /** Gets each event in place of the lines of the log. */
  readonly instead: ((event: SecurityEvent) => void) | undefined;
}

export interface BuiltEvents {
  readonly events: SecurityEvents;
  /** Takes over whether events are logged, and the form of their lines. */
  adjust(settings: Config['log']): void;
}

/** Builds what tells security events, once for the life of the process, and who hears them: the log, unless `log.events` is off. */
export function buildEvents(
  { log, secrets }: Pick<Config, 'log' | 'secrets'>,
  { clock, random, scope, write, instead }: EventSetup,
): BuiltEvents {
  let settings = log;
  const writeLine = createEventLog(write);
  const events = createSecurityEvents({
    clock,
    random,
    identifierHash: createIdentifierHash(secrets.events),
    origin: scope.origin,
    listeners: [
      (event) => {
        if (!settings.events) return;
        if (instead === undefined) writeLine(event, settings.format);
        else instead(event);
      },
    ],
  });
  return { events, adjust: (next) => void (settings = next) };
}
