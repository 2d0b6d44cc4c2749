import { defineHook } from 'sallyport/plugin';

/** Offers the verification flow that this submit started: to browsers as a redirect, to clients in `continue_with`. */
export default defineHook({
  name: 'show_verification_ui',
  at: { 'login.after': 'follow', 'registration.after': 'follow', 'settings.after': 'follow' },
  timeoutMs: 1_000,
  meta: { onlyLeads: true, verdicts: { follow: ['continue'] } },
  run: {
    follow: ({ started, flow }) => ({
      kind: 'continue',
      offer: started.map(({ id, address, url }) => ({
        action: 'show_verification_ui',
        flow: { id, verifiable_address: address, ...(flow.type === 'browser' && { url }) },
      })),
    }),
  },
});
