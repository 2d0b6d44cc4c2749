import { defineHook } from 'sallyport/plugin';

/**
 * Asks for the proof of the first address that is not proved yet; it holds nobody up. After registration and settings it
 * runs by itself where verification is on; after login it is written.
 */
export default defineHook({
  name: 'verification',
  at: { 'login.after': 'write', 'registration.after': 'write', 'settings.after': 'write' },
  timeoutMs: 1_000,
  run: {
    async write(_facts, _config, { verification }) {
      await verification.start('first');
      return { kind: 'continue' };
    },
  },
});
