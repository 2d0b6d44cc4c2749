import type { Deviation } from './replay.ts';

/** One thing in which we differ from what was recorded. */
export interface AllowedDifference {
  /** Everywhere, where it is left out. */
  readonly scenario?: string;
  readonly exchange?: number;
  readonly path: RegExp;
  readonly expected?: RegExp;
  readonly got?: RegExp;
  readonly why: Why;
}

/** On purpose, as a file in docs/decisions/ says; or because of what a later issue brings. */
export type Why = { readonly record: string } | { readonly issue: string };

const VAULT: Why = { record: '0003-pages-and-vault' };
const SAYS_MORE: Why = { record: '0006-answers-say-more' };
const SESSIONS: Why = { record: '0008-sessions-are-listed-whole' };
const FORMS: Why = { record: '0009-a-form-says-what-is-true-now' };
const MAILED: Why = { record: '0010-mailed-flows' };
const CALLBACK: Why = { record: '0012-a-cookie-less-at-the-callback' };
const WEB_HOOKS: Why = { record: '0015-web-hooks' };
const DEACTIVATED: Why = { record: '0028-a-deactivated-account-is-told-on-the-form' };
const ANSWERS: Why = { record: '0031-what-a-web-hook-may-answer' };

const LINKS: Why = { record: '0043-a-mailed-link-shows-a-page-first' };
const DEVICES: Why = { record: '0040-devices-that-an-account-knows' };
const FACTORS: Why = { record: '0056-second-factors-and-passkeys-answer-otherwise' };

const ABSENT = /^nothing$/;
const EMPTY = /^$/;

export const DIFFERENCES: readonly AllowedDifference[] = [
  // HD-2: nothing that carries a flow, a token or a cookie may be kept, whatever the method.
  { path: /^headers\.Cache-Control$/, expected: EMPTY, got: /no-store/, why: SAYS_MORE },
  { path: /^body\.error\.reason$/, expected: ABSENT, why: SAYS_MORE },
  { path: /identity\.state_changed_at$/, expected: ABSENT, why: SAYS_MORE },
  // A time it does not know yet is the year 1.
  { path: /^body\.credentials\.\w+\.(?:created|updated)_at$/, expected: /^0001-/, why: SAYS_MORE },
  { path: /^body\.metadata_admin$/, expected: ABSENT, got: /^null$/, why: SAYS_MORE },
  // Nothing has no type.
  { path: /^headers\.Content-Type$/, expected: /^application\/json/, got: EMPTY, why: SAYS_MORE },
  { scenario: 'meta', exchange: 0, path: /^headers\.Vary$/, expected: EMPTY, got: /^Cookie$/, why: SAYS_MORE },
  {
    scenario: 'settings-without-session',
    exchange: 1,
    path: /^body\.CredentialsMissing$/,
    got: ABSENT,
    why: SAYS_MORE,
  },
  // Whoever names people wants all of them: as many as may be named are on one page.
  {
    scenario: 'admin-identities-pagination',
    exchange: 3,
    path: /^headers\.Link$/,
    expected: /page_size=250&/,
    got: /page_size=500&/,
    why: SAYS_MORE,
  },

  // A token that answers another question is not taken.
  { scenario: 'oidc-browser', path: /^authorize\.nonce$/, got: /^set$/, why: CALLBACK },

  // What is put aside until somebody has signed in again is here, not in the browser.
  { path: /^cookies\.ory_kratos_continuity$/, got: /^not set$/, why: VAULT },

  // Each sign-in of a browser sets the cookie by which the account knows it again.
  { path: /^cookies\.\w+_device$/, expected: /^not set$/, why: DEVICES },

  // The reference embeds half an identity into lists of sessions, without addresses; ours is whole everywhere.
  { path: /^body\[\d\]\.identity\.schema_url$/, expected: EMPTY, why: SESSIONS },
  { path: /^body\[\d\]\.identity\.(?:verifiable|recovery)_addresses$/, expected: ABSENT, why: SESSIONS },
  { scenario: 'sessions-admin', exchange: 4, path: /^body\.devices\[0\]$/, expected: ABSENT, why: SESSIONS },
  // It adds a device with the nil id at each refresh.
  { path: /^body\.session\.devices\[\d\]$/, expected: /"00000000-0000-/, got: ABSENT, why: SESSIONS },
  // Its second page shows the first one again, and an empty list has a next and a previous page.
  { scenario: 'sessions-list-and-revoke', exchange: 1, path: /^headers\.Link$/, why: SESSIONS },
  { scenario: 'sessions-list-and-revoke', exchange: 1, path: /^body\[0\]$/, got: ABSENT, why: SESSIONS },
  { scenario: 'sessions-list-and-revoke', exchange: 6, path: /^headers\.Link$/, why: SESSIONS },

  // Only routes on which a form may begin set the CSRF cookie.
  { scenario: 'meta', path: /^cookies\.csrf_token/, got: /^not set$/, why: FORMS },
  // Traits are stored as they were sent, without objects that nobody sent.
  { path: /(?:^|\.)traits\.person$/, expected: /^\{\}$/, got: ABSENT, why: FORMS },
  { scenario: 'registration-two-steps-password', exchange: 3, path: /^body\.transient_payload$/, why: FORMS },
  // What was typed in a request that an app may not make does not come back, and what was refused on a form does.
  {
    scenario: 'login-api-refused-requests',
    path: /\[default\/identifier\]\.attributes\.value$/,
    got: EMPTY,
    why: FORMS,
  },
  { scenario: 'registration-duplicate', path: /attributes\.value$/, expected: ABSENT, why: FORMS },
  { scenario: 'hooks-registration-change', exchange: 6, path: /attributes\.value$/, expected: ABSENT, why: FORMS },
  {
    scenario: 'hooks-login-interrupt',
    path: /\[default\/identifier\]\.attributes\.value$/,
    expected: EMPTY,
    why: FORMS,
  },
  // A field that the schema does not know has a node only while it has a message.
  { scenario: 'registration-api-validation', path: /^body\.ui\.nodes$/, expected: / default\/traits /, why: FORMS },
  // A refusal takes the place of the last success.
  { scenario: 'settings-spa-profile-and-password', exchange: 2, path: /^body\.ui\.messages$/, got: ABSENT, why: FORMS },

  // A right proof of an account that is switched off: the form with 4010011, as later releases answer.
  { scenario: 'login-inactive-identity', exchange: 1, path: /^status$/, got: /^400$/, why: DEACTIVATED },
  { scenario: 'login-inactive-identity', exchange: 1, path: /^(?:headers|body)\b/, why: DEACTIVATED },

  // A link with its token is told to nobody; a flow that takes another's place begins as that one did.
  { scenario: 'recovery-link-browser', path: /^body\.request_url$/, why: MAILED },
  // A replacement is of the same kind as what it replaces: a native app gets no cookie and can go on.
  { scenario: 'verification-code-api', exchange: 4, path: /^cookies\.csrf_token/, got: /^not set$/, why: MAILED },

  // A link shows a page, and its button does what the link itself did.
  ...(
    [
      ['recovery-link-browser', 4],
      ['verification-link', 3],
      ['admin-recovery-link', 1],
    ] as const
  ).flatMap(([scenario, exchange]): readonly AllowedDifference[] => [
    { scenario, exchange, path: /^link\.page$/, got: /^shown$/, why: LINKS },
    // A redirect has a body where a GET is answered.
    { scenario, exchange, path: /^headers\.Content-Type$/, expected: /^text\/html/, got: EMPTY, why: LINKS },
    { scenario, exchange, path: /^body$/, expected: /^<html>$/, got: EMPTY, why: LINKS },
  ]),
  // The code of an opened link is in a cookie of its own, which was not recorded, and not in the flow.
  {
    scenario: 'verification-code-browser',
    exchange: 3,
    path: /^cookies\.shop_session_code$/,
    expected: /^not set$/,
    why: LINKS,
  },
  {
    scenario: 'verification-code-browser',
    exchange: 4,
    path: /^body\.ui\.nodes\[code\/code\]\.attributes\.value$/,
    got: ABSENT,
    why: LINKS,
  },

  // The method that a hook refused is not the one the flow is in the middle of.
  { scenario: 'hooks-login-interrupt', path: /^body\.active$/, got: ABSENT, why: WEB_HOOKS },
  { scenario: 'hooks-second-factor-login', exchange: 12, path: /^body\.active$/, got: ABSENT, why: WEB_HOOKS },
  // A refusal without a message is one: on the form, with a general text.
  { scenario: 'hooks-registration-interrupt', exchange: 6, path: /^status$/, got: /^400$/, why: ANSWERS },
  { scenario: 'hooks-registration-interrupt', exchange: 6, path: /^(?:headers|body)\./, why: ANSWERS },

  // Options for keys: three algorithms, any kind of authenticator, the person's own keys left out.
  { path: /\.json\.(?:credentialOptions\.)?publicKey\.pubKeyCredParams$/, got: /^-8 -7 -257$/, why: FACTORS },
  {
    path: /\.publicKey\.authenticatorSelection\.authenticatorAttachment$/,
    expected: /^platform$/,
    got: ABSENT,
    why: FACTORS,
  },
  // When a key was used last.
  { path: /\.last_used_at$/, expected: ABSENT, why: FACTORS },
  // Each key says which handle it was made with.
  { path: /^body\.credentials\.passkey\.config\.credentials\[\d\]\.user_handle$/, expected: ABSENT, why: FACTORS },

  { path: /\.json\.(?:credentialOptions\.)?publicKey\.excludeCredentials$/, expected: ABSENT, why: FACTORS },
  // The challenge of a form of settings is another one after each submit, and after some minutes.
  { path: /\.json\.publicKey\.(?:challenge|user\.id)$/, expected: /^<(?:challenge|user):\d+>$/, why: FACTORS },
  // A settings flow that has stored a change goes on itself.
  {
    path: /^body\.request_url$/,
    expected: /^<public>\/self-service\/settings\?flow=/,
    got: /\/self-service\/settings\/(?:browser|api)$/,
    why: FORMS,
  },
  // The handle of a passkey that was removed is gone with it.
  {
    scenario: 'passkey-settings',
    exchange: 6,
    path: /^body\.credentials\.passkey\.identifiers\[1\]$/,
    got: ABSENT,
    why: FACTORS,
  },
  // The last way in: said at its own button.
  {
    scenario: 'passkey-settings',
    exchange: 8,
    path: /^body\.ui\.nodes$/,
    expected: /^default\/webauthn_remove default/,
    why: FACTORS,
  },
  {
    scenario: 'passkey-settings',
    exchange: 8,
    path: /^body\.ui\.nodes\[passkey\/passkey_remove\]\.messages\[0\]$/,
    got: /"id":4000001/,
    why: FACTORS,
  },
  // Passkeys can be taken away by an administrator, as other credentials; then the password is the only way in.
  ...[2, 3, 4].flatMap((exchange): readonly AllowedDifference[] => [
    { scenario: 'passkey-admin', exchange, path: /^status$/, why: FACTORS },
    { scenario: 'passkey-admin', exchange, path: /^(?:body|headers)/, why: FACTORS },
  ]),
  {
    scenario: 'passkey-settings-browser',
    exchange: 2,
    path: /^headers\.Location$/,
    expected: /\/oops\?id=/,
    got: /\/settings\?flow=/,
    why: FACTORS,
  },
  { scenario: 'passkey-settings-browser', exchange: 3, path: /^body\.ui\.messages$/, got: /4000001/, why: FACTORS },
  // What a key answers and does not verify is refused on the form; the reference fails (500, or its error page).
  ...refusedOnForm('passkey-registration-refused', [3, 4, 5, 6, 7]),
  // A form has what was typed last.
  {
    scenario: 'passkey-registration-refused',
    exchange: 8,
    path: /^body\.ui\.nodes\[default\/traits\.mail\]\.attributes\.value$/,
    got: /^disa3@/,
    why: FORMS,
  },
  { scenario: 'passkey-profile-first', exchange: 2, path: /^body\.transient_payload$/, why: FORMS },

  // One field says where the code went, and it says that address.
  ...[1, 6].map((exchange): AllowedDifference => ({
    scenario: 'code-second-factor-sms',
    exchange,
    path: /^body\.ui\.nodes$/,
    expected: /^code\/identifier code\/identifier /,
    why: FACTORS,
  })),
  {
    scenario: 'code-second-factor-sms',
    exchange: 6,
    path: /^body\.ui\.nodes\[code\/identifier\]\.meta\.label\.context\.(?:address|channel)$/,
    got: /^(?:saga44@shop\.example|email)$/,
    why: FACTORS,
  },

  // A form without the cookie that it was begun with is refused before anybody is asked whose it is.
  { scenario: 'code-second-factor-locked', exchange: 9, path: /^status$/, got: /^403$/, why: FACTORS },
  { scenario: 'code-second-factor-locked', exchange: 9, path: /^(?:headers|body)\./, why: FACTORS },
  // Sessions are ended with the second factor only, as they are listed.
  { scenario: 'second-factor-required', exchange: 2, path: /^status$/, got: /^403$/, why: FACTORS },
  { scenario: 'second-factor-required', exchange: 2, path: /^(?:headers|body)\./, why: FACTORS },

  // The account is named to the authenticator, and not the site.
  {
    path: /\.json\.publicKey\.user\.(?:name|displayName)$/,
    expected: /^Shop$/,
    got: /^(?:x|.+@shop\.example)$/,
    why: FACTORS,
  },
  ...refusedOnForm('webauthn-second-factor-enrol', [2]),
  // A settings flow that has stored a change stands where it stood when the next one is refused.
  ...[5, 8].map((exchange): AllowedDifference => ({
    scenario: 'webauthn-second-factor-enrol',
    exchange,
    path: /^body\.state$/,
    expected: /^show_form$/,
    got: /^success$/,
    why: FORMS,
  })),
  // Settings of an account with a second factor open with it; a form of nothing has no nodes.
  { scenario: 'webauthn-native', exchange: 0, path: /^status$/, got: /^403$/, why: FACTORS },
  { scenario: 'webauthn-native', exchange: 0, path: /^(?:headers|body)\./, why: FACTORS },
  { scenario: 'webauthn-native', path: /^body\.ui\.nodes$/, expected: /^null$/, got: /^\[\]$/, why: SAYS_MORE },
  // A counter that goes back is refused, and one that goes on is stored.
  { scenario: 'second-factor-counter', exchange: 1, path: /^status$/, got: /^400$/, why: FACTORS },
  { scenario: 'second-factor-counter', exchange: 1, path: /^(?:headers|cookies|body)\./, why: FACTORS },
  {
    scenario: 'second-factor-counter',
    exchange: 2,
    path: /\.sign_count$/,
    expected: /^20$/,
    got: /^21$/,
    why: FACTORS,
  },
  // A registration asks for no identifier, and what was typed at a login stands in the form.
  {
    scenario: 'webauthn-passwordless-registration',
    path: /^body\.ui\.nodes$/,
    expected: / default\/identifier /,
    why: FACTORS,
  },
  {
    scenario: 'webauthn-passwordless-login',
    path: /\[default\/identifier\]\.attributes\.value$/,
    expected: EMPTY,
    why: FORMS,
  },
  // The refusal before is gone when the key is asked for.
  { scenario: 'webauthn-passwordless-login', exchange: 5, path: /^body\.ui\.messages\[/, why: FACTORS },
  // Nothing is begun that nobody could end: this server has no second factor.
  { scenario: 'webauthn-passwordless-settings', exchange: 7, path: /^status$/, got: /^400$/, why: FACTORS },
  { scenario: 'webauthn-passwordless-settings', exchange: 7, path: /^(?:headers|body)\./, why: FACTORS },

  // An app is not set up twice, and a code is not taken twice.
  ...otherwise('totp-errors', 6, { expected: /^200$/, got: /^400$/ }),
  ...otherwise('totp-errors', 12, { expected: /^200$/, got: /^400$/ }),
  // A backup code is taken with blanks around it; the session has another cookie then.
  ...otherwise('lookup-secret-life', 11, { expected: /^400$/, got: /^200$/ }),
  ...otherwise('lookup-secret-life', 12, { expected: /^200$/, got: /^401$/ }),
  // A flow that is over shows no form.
  { scenario: 'second-factor-native', exchange: 8, path: /^body\.(?:active|state|ui\.nodes)$/, why: FACTORS },
  // A fresh sign-in makes a session privileged, and no longer.
  ...(
    [
      ['privileged-browser', 5],
      ['privileged-browser', 6],
      ['privileged-spa', 2],
    ] as const
  ).map(([scenario, exchange]): AllowedDifference => ({
    scenario,
    exchange,
    path: /^cookies\.shop_session\.max-age$/,
    why: FACTORS,
  })),
  // What was put aside is stored after the sign-in, for single-page apps too, and the cookie is another one then.
  ...otherwise('privileged-spa', 3, { expected: /^400$/, got: /^200$/ }, VAULT),
  ...otherwise('privileged-spa', 4, { expected: /^200$/, got: /^401$/ }, VAULT),

  // The script is the same for everybody.
  { scenario: 'webauthn-script', exchange: 0, path: /^headers\.Cache-Control$/, got: /^public/, why: FACTORS },
  { scenario: 'webauthn-script', exchange: 0, path: /^headers\.Vary$/, got: EMPTY, why: FACTORS },
  { scenario: 'webauthn-script', exchange: 0, path: /^cookies\.csrf_token/, got: /^not set$/, why: FACTORS },
];

/** An exchange that ends in another way altogether. */
function otherwise(
  scenario: string,
  exchange: number,
  status: Pick<AllowedDifference, 'expected' | 'got'>,
  why: Why = FACTORS,
): readonly AllowedDifference[] {
  return [
    { scenario, exchange, path: /^status$/, ...status, why },
    { scenario, exchange, path: /^(?:headers|cookies|body)\./, why },
  ];
}

/** An error of the server, recorded, that is a refusal here. */
function refusedOnForm(scenario: string, exchanges: readonly number[]): readonly AllowedDifference[] {
  return exchanges.flatMap((exchange): readonly AllowedDifference[] => [
    { scenario, exchange, path: /^status$/, expected: /^500$/, got: /^400$/, why: FACTORS },
    { scenario, exchange, path: /^(?:headers|body)\./, why: FACTORS },
  ]);
}

export function allows(allowed: AllowedDifference, deviation: Deviation): boolean {
  return (
    (allowed.scenario === undefined || allowed.scenario === deviation.scenario) &&
    (allowed.exchange === undefined || allowed.exchange === deviation.exchange) &&
    allowed.path.test(deviation.path) &&
    (allowed.expected === undefined || allowed.expected.test(deviation.expected)) &&
    (allowed.got === undefined || allowed.got.test(deviation.got))
  );
}
