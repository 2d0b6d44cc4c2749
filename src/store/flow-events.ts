import type { FlowRow, JournalRow } from '../flow/flow.ts';
import type { Store, Unit } from './store.ts';

/** Is notified of flow rows after their commit. Its methods must be quick and must not throw. */
export interface FlowObserver {
  opened(row: FlowRow): void;
  recorded(row: JournalRow): void;
}

/** Wraps a store and notifies an observer of flow rows after commit. */
export function observeFlows(store: Store, observer: FlowObserver): Store {
  return {
    ...store,
    flows: {
      ...store.flows,
      async start(row) {
        await store.flows.start(row);
        observer.opened(row);
      },
    },
    async transaction(work) {
      let pending: (() => void)[] = [];
      const result = await store.transaction((unit) => {
        pending = []; // the store runs the work again after a deadlock
        return work(observedUnit(unit, pending, observer));
      });
      for (const notify of pending) notify();
      return result;
    },
  };
}

function observedUnit(unit: Unit, pending: (() => void)[], observer: FlowObserver): Unit {
  return {
    ...unit,
    flows: {
      ...unit.flows,
      async insert(row) {
        await unit.flows.insert(row);
        pending.push(() => observer.opened(row));
      },
      async record(row) {
        await unit.flows.record(row);
        pending.push(() => observer.recorded(row));
      },
    },
    async tentatively(work, undo) {
      const before = pending.length;
      const result = await unit.tentatively(work, undo).catch((error: unknown) => {
        pending.length = before;
        throw error;
      });
      if (undo(result)) pending.length = before;
      return result;
    },
  };
}
