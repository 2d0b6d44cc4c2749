import type { BoundHook } from '../hook/bind.ts';

/** Built-in hooks that only ever let the flow go on, wherever they stand. */
const ALWAYS_GOES_ON: ReadonlySet<string> = new Set([
  'session',
  'revoke_active_sessions',
  'verify',
  'verification',
  'show_verification_ui',
]);

/** What a hook can say where it stands; undefined: whatever its phase allows. */
export function possibleVerdicts(bound: BoundHook): readonly string[] | undefined {
  const { hook, name, phase } = bound;
  if (hook.ends === true) return ['hook.redirect'];
  if (ALWAYS_GOES_ON.has(name)) return ['hook.continue'];
  if (name === 'require_verified_address') return ['hook.continue', 'hook.divert'];
  // What a web hook answers after the commit is not looked at.
  if (name === 'web_hook' && phase !== 'prepare') return ['hook.continue'];
  return undefined;
}
