/** What the recordings use and this build cannot offer yet. The lists shrink with every issue; nothing is skipped in silence. */
export interface Later {
  readonly issue: string;
}

/** Whole scenarios that begin with a feature of a later issue. */
export const LATER_SCENARIOS: Readonly<Record<string, Later>> = {
  'admin-courier-messages': { issue: 'recovery: the recorded message is a recovery code' },
  'admin-recovery-code': { issue: 'recovery' },
  'admin-recovery-link': { issue: 'recovery by link' },
  'recovery-api-unknown-address': { issue: 'recovery' },
  'recovery-code-browser': { issue: 'recovery' },
  'recovery-code-spa': { issue: 'recovery' },
  'recovery-link-browser': { issue: 'recovery by link' },
  'registration-spa-success': { issue: 'verification: mails by itself, show_verification_ui' },
  'registration-browser-form': { issue: 'verification: show_verification_ui' },
  'verification-code-api': { issue: 'verification' },
  'verification-code-browser': { issue: 'verification' },
  'verification-link': { issue: 'verification by link' },
  'mfa-lookup-secrets': { issue: 'second factors: backup codes' },
  'mfa-totp-enrol': { issue: 'second factors: authenticator apps' },
  'mfa-totp-login': { issue: 'second factors: authenticator apps' },
  'login-code-api-wrong-codes': { issue: 'sign-in with a code' },
  'login-code-browser': { issue: 'sign-in with a code' },
  'registration-code-api': { issue: 'sign-in with a code' },
  'hooks-login-interrupt': { issue: 'web hooks' },
  'hooks-registration-change': { issue: 'web hooks' },
  'hooks-registration-interrupt': { issue: 'web hooks' },
  'login-before-verification': { issue: 'web hooks and verification' },
  'oidc-browser': { issue: 'sign-in with a provider' },
};

/** Exchanges of scenarios that are replayed otherwise. */
export const LATER_EXCHANGES: Readonly<Record<string, Later & { readonly exchanges: readonly number[] }>> = {
  'registration-api-validation': { issue: 'verification: mails by itself, show_verification_ui', exchanges: [7] },
  'expired-flows': { issue: 'recovery', exchanges: [6, 7, 8] },
};

/** Groups of nodes that a recorded form has and ours has not: an answer that shows one of them is a difference. */
export const LATER_GROUPS: ReadonlySet<string> = new Set(['code', 'totp', 'lookup_secret']);
