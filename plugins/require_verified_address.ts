import { defineHook } from 'sallyport/plugin';

/** Refuses a login until one address of the account is verified: starts a verification and leads the person to it. */
export default defineHook({
  name: 'require_verified_address',
  at: { 'login.after': 'write' },
  timeoutMs: 1_000,
  meta: { requiresVerifiedAddress: true, startsVerification: true, verdicts: { write: ['continue', 'divert'] } },
  run: {
    async write({ identity }, _config, { verification }) {
      const addresses = identity?.['verifiable_addresses'];
      const known: readonly unknown[] = Array.isArray(addresses) ? addresses : [];
      if (known.length === 0)
        throw new Error('The identity has no address that could be verified: mark one in its schema.');
      if (known.some(isVerified)) return { kind: 'continue' };
      const [first] = await verification.start('first');
      if (first === undefined) throw new Error('No message can be sent to an address of this identity.');
      const text = 'Please verify your address first: a message is on its way to it.';
      return { kind: 'divert', to: first.url, error: { id: 4000010, type: 'error', text } };
    },
  },
});

function isVerified(address: unknown): boolean {
  return typeof address === 'object' && address !== null && 'verified' in address && address.verified === true;
}
