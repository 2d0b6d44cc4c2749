/** What the recordings use and this build cannot offer yet. The lists shrink with every issue; nothing is skipped in silence. */
export interface Later {
  readonly issue: string;
}

const later = (issue: string, names: readonly string[]): Readonly<Record<string, Later>> =>
  Object.fromEntries(names.map((name) => [name, { issue }]));

/** Whole scenarios that begin with a feature of a later issue. */
export const LATER_SCENARIOS: Readonly<Record<string, Later>> = {
  ...later('second factors: authenticator apps', [
    'mfa-totp-enrol',
    'mfa-totp-login',
    'recovery-with-second-factor',
    'second-factor-required',
    'totp-errors',
  ]),
  ...later('second factors: backup codes', ['lookup-secret-life', 'mfa-lookup-secrets', 'second-factor-native']),
  ...later('second factors: security keys', [
    'hooks-second-factor-enrol',
    'hooks-second-factor-login',
    'privileged-second-factors',
    'second-factor-admin',
    'second-factor-counter',
    'second-factor-refresh',
    'totp-enrol-at-aal1-refused',
    'webauthn-native',
    'webauthn-passwordless-login',
    'webauthn-passwordless-registration',
    'webauthn-passwordless-settings',
    'webauthn-second-factor-browser',
    'webauthn-second-factor-enrol',
    'webauthn-second-factor-login',
  ]),
  ...later('passkeys', [
    'passkey-admin',
    'passkey-identifier-first',
    'passkey-login-api',
    'passkey-login-browser',
    'passkey-login-refused',
    'passkey-login-spa',
    'passkey-profile-first',
    'passkey-registration-api',
    'passkey-registration-browser',
    'passkey-registration-refused',
    'passkey-registration-spa',
    'passkey-settings',
    'passkey-settings-api',
    'passkey-settings-browser',
    'passkey-then-totp',
    'privileged-browser',
    'privileged-spa',
  ]),
  ...later('second factors: mailed codes', ['code-second-factor-locked']),
};

/** Exchanges of scenarios that are replayed otherwise. */
export const LATER_EXCHANGES: Readonly<Record<string, Later & { readonly exchanges: readonly number[] }>> = {};

/** Groups of nodes that a recorded form has and ours has not: an answer that shows one of them is a difference. */
export const LATER_GROUPS: ReadonlySet<string> = new Set(['totp', 'lookup_secret']);
