import type { Configuration } from './configuration.ts';
import type { Current } from './current.ts';
import { createPost, createWebHookSend } from '../courier/http.ts';
import type { OutboxMessage } from '../courier/message.ts';
import { renderHtml } from '../courier/outbox.ts';
import type { Send } from '../courier/delivery.ts';
import { createSend } from '../courier/send.ts';
import { createSmtp } from '../courier/smtp.ts';
import { createCourier, type Courier, type CourierDeps, type CourierSettings } from '../courier/worker.ts';
import { createGuardedFetch } from '../net/outbound-fetch.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import type { Log } from '../telemetry/log.ts';
import type { Store } from '../store/store.ts';

/** The ways by which messages leave under one configuration. */
export interface Delivery {
  readonly settings: CourierSettings;
  readonly send: Send;
  readonly html: (message: OutboxMessage) => string | undefined;
  /** Ends the connections that are kept. */
  close(): Promise<void>;
}

/** The deliveries of a process: one for each configuration that is in use. */
export type Deliveries = Pick<Current<Delivery>, 'get' | 'use'>;

export interface CourierParts {
  readonly store: Pick<Store, 'outbox'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly ended?: CourierDeps['ended'];
}

/** Builds the courier of a process. Each message leaves by the delivery that is the newest when it is sent. */
export function buildCourier(deliveries: Deliveries, { store, clock, random, log, ended }: CourierParts): Courier {
  return createCourier({
    queue: store.outbox,
    async send(message, signal) {
      const { value, done } = deliveries.use();
      return value.send(message, signal).finally(done);
    },
    clock,
    random,
    log: { info: flip(log.info), warn: flip(log.warn), error: flip(log.error) },
    settings: () => deliveries.get().settings,
    ...(ended && { ended }),
  });
}

/** Builds what sends the messages of a configuration. */
export function buildDelivery({ config, courier: files }: Configuration, { log }: Pick<CourierParts, 'log'>): Delivery {
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
  return {
    settings: config.courier,
    send: createSend({
      keep: config.courier.keep,
      smtp: smtp?.send,
      emailByHttp: files.http,
      others: files.channels,
      post: createPost({ fetch, html }),
      webHook: createWebHookSend({ fetch }),
    }),
    html,
    async close() {
      smtp?.close();
    },
  };
}

/** The courier's log takes the facts first; the server's log takes the sentence first. */
const flip =
  (write: Log['info']) =>
  (facts: object, text: string): void =>
    write(text, { ...facts });
