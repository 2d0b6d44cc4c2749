/*
 * What the engine's steps may reach in each phase, as the compiler sees it. Nothing here runs: `tsc` fails when a line
 * that must not compile does.
 */
import type { FollowParts, PrepareParts } from '../../src/engine/parts.ts';
import { callHook } from '../../src/engine/run/call-hook.ts';
import type { followStep } from '../../src/engine/run/follow-step.ts';
import type { prepareStep } from '../../src/engine/run/prepare-step.ts';
import type { StoreStepRun, WriteContext } from '../../src/engine/store-steps/write-context.ts';
import type { Outside, Writes } from '../../src/hook/define.ts';

declare const before: Parameters<typeof prepareStep>[0];
declare const inside: Parameters<StoreStepRun>[0];
declare const after: Parameters<typeof followStep>[0];

// The steps are given these and nothing wider.
export const given: readonly [PrepareParts, WriteContext, FollowParts] = [before, inside, after];

/* Inside the transaction: no network, and no store but the transaction. */

// @ts-expect-error -- a store step has no network
export const reachesOut = inside.parts.outside;
// @ts-expect-error -- a store step reads and writes in the open transaction only
export const goesAround = inside.parts.store;
// @ts-expect-error -- the courier is woken after the commit, when there is something to send
export const wakesEarly = inside.parts.nudge;
// @ts-expect-error -- budgets are counted outside of the transaction, so that an undone one forgets none
export const countsTries = inside.parts.limits;

/* Outside of it: nothing is written. */

// @ts-expect-error -- the prepare phase opens no transaction
export const opensOne = before.store.transaction;
// @ts-expect-error -- the prepare phase stores no flow
export const storesFlow = before.store.flows;
// @ts-expect-error -- the prepare phase stores no error container
export const storesError = before.store.errors;
// @ts-expect-error -- what the prepare phase reads of identities can write none
export const storesIdentity = before.store.identities.insert;
// @ts-expect-error -- a follow step has no store
export const followStores = after.store;
// @ts-expect-error -- a follow step records nothing
export const followRecords = after.backlog;

/* Hooks are called with what belongs to their phase. */

declare const network: Outside;
declare const writes: Writes;
declare const call: Parameters<typeof callHook>[3];
declare const hooks: Parameters<typeof callHook>[0];
declare const bound: Parameters<typeof callHook>[2];

export const asTheyMay = [
  callHook(hooks, 'prepare', bound, call, network),
  callHook(hooks, 'write', bound, call, writes),
  callHook(hooks, 'follow', bound, call, network),
];
// @ts-expect-error -- a write hook is not called with the network
export const writesWithNetwork = callHook(hooks, 'write', bound, call, network);
// @ts-expect-error -- a prepare hook is not called with the transaction
export const preparesWithWrites = callHook(hooks, 'prepare', bound, call, writes);
// @ts-expect-error -- a follow hook is not called with the transaction
export const followsWithWrites = callHook(hooks, 'follow', bound, call, writes);
