import { defineHook, z } from 'sallyport/plugin';

export default defineHook({
  name: 'company_only',
  at: { 'registration.after': 'prepare' },
  timeoutMs: 500,
  config: z.strictObject({ domain: z.string().min(1).toLowerCase() }),
  run: {
    prepare({ draft }, { domain }) {
      const email = draft?.identity.traits['email'];
      if (typeof email === 'string' && email.toLowerCase().endsWith(`@${domain}`)) return { kind: 'continue' };
      const text = `Only addresses of ${domain} can register here.`;
      return { kind: 'fail', messages: [{ id: 900001, type: 'error', text, at: 'traits.email' }] };
    },
  },
});
