import { defineHook } from 'sallyport/plugin';

/** Starts the verification of every unverified address, without waiting for it and without an offer in the answer. */
export default defineHook({
  name: 'verify',
  at: { 'registration.after': 'write', 'settings.after': 'write' },
  timeoutMs: 1_000,
  meta: { startsVerification: true, verdicts: { write: ['continue'] } },
  run: {
    async write(_facts, _config, { verification }) {
      await verification.start('all');
      return { kind: 'continue' };
    },
  },
});
