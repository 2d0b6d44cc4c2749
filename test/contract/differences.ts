import type { Deviation } from './replay.ts';

/** One thing in which we differ from what was recorded, on purpose. */
export interface AllowedDifference {
  /** Everywhere, where it is left out. */
  readonly scenario?: string;
  readonly exchange?: number;
  readonly path: RegExp;
  readonly got?: RegExp;
  /** The file in docs/decisions/ that says why. */
  readonly record: string;
}

const SAYS_MORE = '0006-answers-say-more';

export const DIFFERENCES: readonly AllowedDifference[] = [
  // HD-2: nothing that carries a flow, a token or a cookie may be kept, whatever the method.
  { path: /^headers\.Cache-Control$/, got: /no-store/, record: SAYS_MORE },
  { path: /^body\.error\.reason$/, record: SAYS_MORE },
  { path: /^cookies\.ory_kratos_continuity$/, record: '0003-pages-and-vault' },
  { path: /(?:^|\.)traits\.person$/, got: /^nothing$/, record: SAYS_MORE },
  { path: /identity\.state_changed_at$/, record: SAYS_MORE },
  { path: /^body\.credentials\.\w+\.(?:created|updated)_at$/, record: SAYS_MORE },
  { path: /^body\.transient_payload$/, record: SAYS_MORE },
  // The reference embeds half an identity into sessions, without addresses; ours is whole everywhere.
  { path: /^body\[\d\]\.identity\.(?:schema_url|verifiable_addresses|recovery_addresses)$/, record: SAYS_MORE },
  { scenario: 'sessions-admin', exchange: 4, path: /^body\.devices\[0\]$/, record: SAYS_MORE },
  // Adds an empty device at each refresh.
  { scenario: 'login-while-signed-in', path: /^body\.session\.devices\[1\]$/, got: /^nothing$/, record: SAYS_MORE },
  // Its second page shows the first one again (sessions-and-admin.md 22.2).
  { scenario: 'sessions-list-and-revoke', exchange: 1, path: /^(?:headers\.Link|body\[0\])$/, record: SAYS_MORE },
  { scenario: 'sessions-list-and-revoke', exchange: 6, path: /^headers\.Link$/, record: SAYS_MORE },
  // Nothing has no type.
  { path: /^headers\.Content-Type$/, got: /^$/, record: SAYS_MORE },
  // The recorded form has a code button between the traits and the password, which makes them two families.
  { scenario: 'registration-two-steps-password', path: /^body\.ui\.nodes$/, record: SAYS_MORE },
  // Verification by itself is a later issue: no mail went out. And what is wrong now is said instead of the last success.
  {
    scenario: 'settings-spa-profile-and-password',
    path: /verifiable_addresses\[0\]\.status$|traits\.person\.family\]|^body\.ui\.messages$/,
    record: SAYS_MORE,
  },
  { path: /^body\.CredentialsMissing$/, record: SAYS_MORE },
  // What was typed into a form of another request does not come back into an app that was refused.
  { scenario: 'login-api-refused-requests', path: /\[default\/identifier\]\.attributes\.value$/, record: SAYS_MORE },
  { path: /^body\.metadata_admin$/, got: /^null$/, record: SAYS_MORE },
  { scenario: 'meta', exchange: 0, path: /^headers\.Vary$/, record: SAYS_MORE },
  // Only routes on which a form may begin set the anti-forgery cookie.
  { scenario: 'meta', path: /^cookies\.csrf_token/, record: SAYS_MORE },
  // A field that the schema does not know has a node only while it has a message.
  { scenario: 'registration-api-validation', path: /^body\.ui\.nodes$/, record: SAYS_MORE },
  { scenario: 'registration-duplicate', path: /attributes\.value$/, record: SAYS_MORE },
];

export function allows(allowed: AllowedDifference, deviation: Deviation): boolean {
  return (
    (allowed.scenario === undefined || allowed.scenario === deviation.scenario) &&
    (allowed.exchange === undefined || allowed.exchange === deviation.exchange) &&
    allowed.path.test(deviation.path) &&
    (allowed.got === undefined || allowed.got.test(deviation.got))
  );
}
