import type { RequestListener } from 'node:http';
import type { Config } from '../config/config.ts';
import { ADMIN_LIMITS, listen, PUBLIC_LIMITS, type Listening } from '../http/server.ts';

/** The listeners of a server, and what runs beside them. */
export interface Served {
  readonly public: RequestListener;
  readonly admin: RequestListener;
  /** The configuration of the start: its listeners stay. */
  readonly config: Config;
  /** Starts what runs beside the listeners, once both are open. */
  startBackground(): void;
  /** Called when draining begins; may be called again. */
  onDrain(): void;
  /** Ends what would keep connections open for ever. */
  endStreams(): void;
  /** Ends what runs beside the listeners and closes the database. */
  stopBackground(): Promise<void>;
}

/** How a server starts and ends. */
export interface Lifecycle {
  listen(): Promise<void>;
  drain(): void;
  close(): Promise<void>;
}

/** Milliseconds that requests may still take once nothing more is accepted. */
const FINISH = 10_000;

/** Opens the listeners, and closes everything in the reverse order. */
export function createLifecycle(served: Served): Lifecycle {
  const { config } = served;
  const listeners: Listening[] = [];
  let closing: Promise<void> | undefined;

  function drain(): void {
    served.onDrain();
    for (const each of listeners) each.drain();
  }
  async function closeAll(): Promise<void> {
    drain();
    served.endStreams();
    await Promise.all(listeners.map((each) => each.close(FINISH)));
    await served.stopBackground();
  }
  const close = (): Promise<void> => (closing ??= closeAll());
  return {
    drain,
    close,
    async listen() {
      try {
        listeners.push(await listen(served.public, config.serve.public, PUBLIC_LIMITS));
        listeners.push(await listen(served.admin, config.serve.admin, ADMIN_LIMITS));
      } catch (error) {
        await close();
        throw error;
      }
      served.startBackground();
    },
  };
}
