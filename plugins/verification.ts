import { defineHook } from 'sallyport/plugin';

/**
 * Starts the verification of the first unverified address, without waiting for it. After registration and settings the
 * server runs it by itself where verification is enabled; after login it runs where the configuration lists it.
 */
export default defineHook({
  name: 'verification',
  at: { 'login.after': 'write', 'registration.after': 'write', 'settings.after': 'write' },
  timeoutMs: 1_000,
  meta: { startsVerification: true, verdicts: { write: ['continue'] } },
  run: {
    async write(_facts, _config, { verification }) {
      await verification.start('first');
      return { kind: 'continue' };
    },
  },
});
