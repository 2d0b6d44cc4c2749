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
    transaction: (work) => store.transaction((unit) => work(observedUnit(unit, observer))),
  };
}

function observedUnit(unit: Unit, observer: FlowObserver): Unit {
  return {
    ...unit,
    flows: {
      ...unit.flows,
      async insert(row) {
        await unit.flows.insert(row);
        unit.afterCommit(() => observer.opened(row));
      },
      async record(row) {
        await unit.flows.record(row);
        unit.afterCommit(() => observer.recorded(row));
      },
    },
  };
}
