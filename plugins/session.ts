import { defineHook } from 'sallyport/plugin';

/** Signs the person in. */
export default defineHook({
  name: 'session',
  at: { 'login.after': 'write', 'registration.after': 'write' },
  timeoutMs: 1_000,
  run: {
    async write(_facts, _config, { sessions }) {
      await sessions.issue();
      return { kind: 'continue' };
    },
  },
});
