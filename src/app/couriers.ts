import type { Courier } from '../courier/worker.ts';
import { buildCourier, type CourierParts, type Deliveries } from './build-courier.ts';

/** The courier of a server's process, which a configuration may switch on and off. */
export interface Couriers {
  /** Whether messages leave from this process. */
  set(on: boolean): void;
  /** Begins to send, and lets couriers that are switched on later begin at once. */
  start(): void;
  /** A message was just queued. */
  nudge(): void;
  stop(): Promise<void>;
}

export function createCouriers(deliveries: Deliveries, parts: CourierParts): Couriers {
  const leaving = new Set<Promise<void>>();
  let courier: Courier | undefined;
  let started = false;

  function leave(old: Courier): void {
    const left: Promise<void> = old.stop().finally(() => leaving.delete(left));
    leaving.add(left);
  }
  return {
    set(on) {
      if (on === (courier !== undefined)) return;
      if (courier !== undefined) leave(courier);
      courier = on ? buildCourier(deliveries, parts) : undefined;
      if (started) courier?.start();
    },
    start() {
      started = true;
      courier?.start();
    },
    nudge: () => courier?.nudge(),
    async stop() {
      started = false;
      if (courier !== undefined) leave(courier);
      await Promise.all(leaving);
    },
  };
}
