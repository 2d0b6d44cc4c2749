import type { RequestListener } from 'node:http';
import type Koa from 'koa';
import type { Config } from '../config/config.ts';
import { buildDelivery, type Delivery } from './build-courier.ts';
import { buildEngine, type BuiltEngine } from './build-engine.ts';
import { buildWeb } from './build-web.ts';
import type { Configuration } from './configuration.ts';
import type { ProcessParts } from './process-parts.ts';

/** Everything that is made from one configuration; replaced as a whole (docs/decisions/0036). */
export interface Generation {
  readonly config: Config;
  readonly engine: Pick<BuiltEngine['engine'], 'backgroundPass'>;
  readonly machines: BuiltEngine['machines'];
  readonly delivery: Delivery;
  readonly public: Listener;
  readonly admin: Listener;
  /** Ends the answers that would never end. */
  endStreams(): void;
  /** Ends what no request uses any more. */
  release(): Promise<void>;
}

export interface Listener {
  readonly koa: Koa;
  readonly answer: RequestListener;
}

/** Builds the engine, the applications of both listeners, and the ways out of messages. */
export function buildGeneration(configuration: Configuration, lent: ProcessParts): Generation {
  const { config } = configuration;
  const delivery = buildDelivery(configuration, lent);
  const built = buildEngine(configuration, lent);
  const web = buildWeb(configuration, { ...lent, built, messageHtml: (message) => delivery.html(message) });
  return {
    config,
    engine: built.engine,
    machines: built.machines,
    delivery,
    public: listenerOf(web.public),
    admin: listenerOf(web.admin),
    endStreams: () => web.endStreams(),
    async release() {
      await web.close();
      await delivery.close();
    },
  };
}

function listenerOf(koa: Koa): Listener {
  const answer = koa.callback();
  return { koa, answer: (request, response) => void answer(request, response) };
}
