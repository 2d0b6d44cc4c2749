import { defineHook } from 'sallyport/plugin';

/** Asks the person to prove each address that is not proved yet. It offers nothing and holds nobody up. */
export default defineHook({
  name: 'verify',
  at: { 'registration.after': 'write', 'settings.after': 'write' },
  timeoutMs: 1_000,
  run: {
    async write(_facts, _config, { verification }) {
      await verification.start('all');
      return { kind: 'continue' };
    },
  },
});
