import type { Configuration } from './configuration.ts';
import { createPost, createWebHookSend } from '../courier/http.ts';
import type { OutboxMessage } from '../courier/message.ts';
import { renderHtml } from '../courier/outbox.ts';
import { createSend } from '../courier/send.ts';
import { createSmtp } from '../courier/smtp.ts';
import { createCourier, type Courier, type CourierDeps } from '../courier/worker.ts';
import { createGuardedFetch } from '../net/outbound-fetch.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import type { Log } from '../telemetry/log.ts';
import type { Store } from '../store/store.ts';

export interface CourierParts {
  readonly store: Pick<Store, 'outbox'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly ended?: CourierDeps['ended'];
}

/** Builds the courier of a configuration, for the server's process or for a process of its own. */
export function buildCourier(
  { config, courier: files }: Configuration,
  { store, clock, random, log, ended }: CourierParts,
): Courier & { readonly html: (message: OutboxMessage) => string | undefined } {
  const html = (message: OutboxMessage): string | undefined => renderHtml(message, files.templates);
  const smtp =
    files.smtp &&
    createSmtp(files.smtp, {
      html,
      htmlFailed: ({ id, template }, error) =>
        log.warn('The HTML of a message could not be made; it goes out as plain text.', {
          message: id,
          template,
          error,
        }),
    });
  const { dev, clients } = config;
  const fetch = createGuardedFetch({
    loopback: dev,
    disallowPrivate: clients.disallowPrivateRanges,
    exceptions: clients.privateExceptions,
    timeoutMs: 10_000,
    statusOnly: true,
  });
  const courier = createCourier({
    queue: store.outbox,
    send: createSend({
      keep: config.courier.keep,
      smtp: smtp?.send,
      emailByHttp: files.http,
      others: files.channels,
      post: createPost({ fetch, html }),
      webHook: createWebHookSend({ fetch }),
    }),
    clock,
    random,
    log: { info: flip(log.info), warn: flip(log.warn), error: flip(log.error) },
    settings: config.courier,
    ...(ended && { ended }),
  });
  return {
    ...courier,
    html,
    async stop(grace) {
      await courier.stop(grace);
      smtp?.close();
    },
  };
}

/** The courier's log takes the facts first; the server's log takes the sentence first. */
const flip =
  (write: Log['info']) =>
  (facts: object, text: string): void =>
    write(text, { ...facts });
