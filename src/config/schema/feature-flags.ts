/** Feature flags of the reference that are true or false. */
export const SWITCHES = [
  'cacheable_sessions',
  'faster_session_extend',
  'use_continue_with_transitions',
  'choose_recovery_address',
  'refresh_login_choose_address',
  'legacy_continue_with_verification_ui',
  'legacy_require_verified_login_error',
  'legacy_oidc_registration_node_group',
  'legacy_allow_insecure_origins',
] as const;

export const FEATURE_FLAGS = [
  ...SWITCHES,
  'cacheable_sessions_max_age',
  'password_profile_registration_node_group',
] as const;

export type FeatureFlag = (typeof FEATURE_FLAGS)[number];
