import type { TemplateParts } from '../template-parts.ts';
import { piece } from './layout.ts';

/** What a way to sign in is called, by the type of its credential. */
const WAYS: Readonly<Record<string, string>> = {
  password: 'the password',
  oidc: 'an account at another provider',
  totp: 'an authenticator app',
  webauthn: 'a security key',
  passkey: 'a passkey',
  lookup_secret: 'backup codes',
  email: 'an e-mail address',
  sms: 'a phone number',
  identifier: 'a name to sign in with',
};
const HOW: Readonly<Record<string, string>> = { added: 'Added', changed: 'Changed', removed: 'Removed' };

/** Eta source of one line for each change: "Added: an authenticator app". */
const words = `<%
const ways = ${JSON.stringify(WAYS)};
const how = ${JSON.stringify(HOW)};
const lines = (it.changes ?? []).map(({ what, type }) => \`\${how[what]}: \${ways[type] ?? type}\`);
const whose = { admin: 'an administrator', recovery: 'somebody who recovered the account by a message' }[it.by] ?? 'somebody who signed in to the account';
const facts = [
  ['When', it.at ? new Date(it.at).toUTCString() : ''],
  ['By', it.changes ? whose : ''],
  ['Device', it.device ?? ''],
  ['Network', it.network ?? ''],
].filter(([, value]) => value !== '').map(([name, value]) => \`\${name}: \${value}\`);
%>`;

interface Words {
  readonly subject: string;
  readonly heading: string;
  /** A sentence, without its full stop. */
  readonly what: string;
  readonly sms: string;
}

const IF_IT_WAS = 'If it was you, there is nothing to do.';
const IF_NOT =
  'If it was not you, somebody else may be in your account. Recover it at once from the sign-in page, choose a new password, and end all other sessions in the settings. If you cannot, turn to whoever runs <%= it.site %>.';

/** No link: whoever imitates this message has to ask for a click, and this one never does. */
const notice = ({ subject, heading, what, sms }: Words): TemplateParts => ({
  subject: `${subject} at <%= it.site %>`,
  text: `${words}Hello,

${what} at <%= it.site %>.

<% for (const line of lines) { %>- <%= line + '\\n' %><% } %>
<% for (const fact of facts) { %><%= fact + '\\n' %><% } %>
${IF_IT_WAS}

${IF_NOT}`,
  html: piece.frame(
    {
      heading,
      preview: 'If it was not you, recover your account.',
      footer: 'This message asks for no click and no code.',
    },
    words,
    piece.paragraph(`${what} at <%= it.site %>.`),
    `<% for (const line of lines) { %>${piece.paragraph('<%= line %>')}<% } %>`,
    `<% for (const fact of facts) { %>${piece.quiet('<%= fact %>')}<% } %>`,
    piece.paragraph(`<br>${IF_IT_WAS}`),
    piece.paragraph(IF_NOT),
  ),
  sms: `${sms} at <%= it.site %>. If it was not you, recover your account at once.`,
});

export const passwordChanged = notice({
  subject: 'Your password was changed',
  heading: 'Your password was changed',
  what: 'The password of your account was changed',
  sms: 'Your password was changed',
});

export const addressChanged = notice({
  subject: 'An address of your account was changed',
  heading: 'An address was changed',
  what: 'An address of your account, or a name you sign in with, was changed',
  sms: 'An address of your account was changed',
});

export const factorChanged = notice({
  subject: 'A way to sign in to your account was changed',
  heading: 'A way to sign in was changed',
  what: 'A way to sign in to your account, or a second factor, was added or removed',
  sms: 'A way to sign in to your account was changed',
});

export const recoveryUsed = notice({
  subject: 'Your account was recovered',
  heading: 'Your account was recovered',
  what: 'Somebody got into your account with a recovery code or link',
  sms: 'Your account was recovered',
});

export const newDevice = notice({
  subject: 'A new device signed in to your account',
  heading: 'A new device signed in',
  what: 'Somebody signed in to your account from a device that it did not know',
  sms: 'A new device signed in to your account',
});
