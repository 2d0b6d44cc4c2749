import { defineHook } from 'sallyport/plugin';

/** Ends every other session of the account. */
export default defineHook({
  name: 'revoke_active_sessions',
  at: { 'login.after': 'write', 'settings.after': 'write', 'recovery.after': 'write' },
  timeoutMs: 1_000,
  meta: { revokesSessions: true, verdicts: { write: ['continue'] } },
  run: {
    async write(_facts, _config, { sessions }) {
      await sessions.revokeOthers();
      return { kind: 'continue' };
    },
  },
});
