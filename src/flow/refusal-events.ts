/** Events that lead a submit back to its page, because a strategy, a hook or the store refused it. */
export const REFUSAL_EVENTS: ReadonlySet<string> = new Set([
  'strategy.reject',
  'hook.fail',
  'store.taken',
  'store.stale',
]);
