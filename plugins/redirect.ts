import { configuredUrl, defineHook, z } from 'sallyport/plugin';
import type { Outside, Redirect, ReturnUrl } from 'sallyport/plugin';

/** `allow_user_defined` exists in lists written with `job:` only; elsewhere the target is the configured one. */
const config = z.strictObject({ to: configuredUrl, allow_user_defined: z.boolean().optional() });

function sendOn(
  { to, allow_user_defined: asked }: { to: ReturnUrl; allow_user_defined?: boolean | undefined },
  reach: Outside,
): Redirect {
  return { kind: 'redirect', to: asked === true ? reach.returnUrl(to) : to };
}

/** Redirects the browser to a configured URL. Entries after it in its list never run. */
export default defineHook({
  name: 'redirect',
  at: {
    'login.before': 'prepare',
    'login.after': 'follow',
    'registration.before': 'prepare',
    'registration.after': { hooks_first: 'prepare', persist_first: 'follow' },
    'settings.after': 'follow',
  },
  timeoutMs: 1_000,
  ends: true,
  meta: ({ allow_user_defined: asked }) => ({
    onlyLeads: true,
    followsReturnTo: asked === true,
    verdicts: { prepare: ['redirect'], follow: ['redirect'] },
  }),
  config,
  run: {
    prepare: (_facts, parsed, reach) => sendOn(parsed, reach),
    follow: (_facts, parsed, reach) => sendOn(parsed, reach),
  },
});
