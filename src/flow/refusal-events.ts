/** Events that lead a submit back to its page: somebody or something refused what was sent. */
export const REFUSAL_EVENTS: ReadonlySet<string> = new Set([
  'strategy.reject',
  'hook.fail',
  'store.taken',
  'store.stale',
]);
