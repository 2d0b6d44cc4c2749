import { defineHook } from 'sallyport/plugin';

/** Issues a session. */
export default defineHook({
  name: 'session',
  at: { 'login.after': 'write', 'registration.after': 'write' },
  timeoutMs: 1_000,
  meta: { issuesSession: true, verdicts: { write: ['continue'] } },
  run: {
    async write(_facts, _config, { sessions }) {
      await sessions.issue();
      return { kind: 'continue' };
    },
  },
});
