/**
 * What this build offers. A method or feature that the configuration switches on and that is not named here is warned
 * about at start and stays off; switching one on is one line.
 */
export const OFFERED: ReadonlySet<string> = new Set([
  // Methods.
  'password',
  'profile',
  'code',
  'link',
  // Flows that mail.
  'verification',
  'recovery',
  'login_hints',
  'oidc',
  // Pages of a login.
  'identifier_first',
  // Everything else that a key can switch on.
  'courier.http',
  'courier.channels',
  'courier.template_override_path',
  'courier.templates',
  'feature_flags.faster_session_extend',
  'feature_flags.use_continue_with_transitions',
]);
