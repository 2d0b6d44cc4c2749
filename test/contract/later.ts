/** What the recordings use and this build cannot offer yet. The lists shrink with every issue; nothing is skipped in silence. */
export interface Later {
  readonly issue: string;
}

const later = (issue: string, names: readonly string[]): Readonly<Record<string, Later>> =>
  Object.fromEntries(names.map((name) => [name, { issue }]));

/** Whole scenarios that begin with a feature of a later issue. */
export const LATER_SCENARIOS: Readonly<Record<string, Later>> = {
  ...later('second factors: backup codes', ['lookup-secret-life', 'mfa-lookup-secrets', 'second-factor-native']),
  ...later('second factors: security keys', [
    'totp-errors',
    'hooks-second-factor-enrol',
    'hooks-second-factor-login',
    'privileged-second-factors',
    'second-factor-admin',
    'second-factor-refresh',
    'totp-enrol-at-aal1-refused',
  ]),
  ...later('passkeys', ['passkey-login-refused', 'privileged-browser', 'privileged-spa']),
};

/** Exchanges of scenarios that are replayed otherwise. */
export const LATER_EXCHANGES: Readonly<Record<string, Later & { readonly exchanges: readonly number[] }>> = {};

/** Groups of nodes that a recorded form has and ours has not: an answer that shows one of them is a difference. */
export const LATER_GROUPS: ReadonlySet<string> = new Set(['lookup_secret']);
