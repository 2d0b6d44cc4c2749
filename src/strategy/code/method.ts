import type { JsonObject } from '../../kernel/json.ts';
import type { Credential } from '../../identity/identity.ts';
import type { IdentitySchema } from '../../identity/schema.ts';
import type { MethodName } from '../../config/config.ts';
import { mailFlows, takenFlows } from '../address-challenge.ts';
import { defineMethod, type Configured } from '../method.ts';
import type { MethodParts, SignInWay } from '../method-parts.ts';
import { addressesOf, createCodeLogin } from './login.ts';
import { createCodeRecovery } from './recovery.ts';
import { createCodeRegistration } from './registration.ts';
import { createCodeStepUp } from './second-factor.ts';
import { codeSection, type CodeSettings } from './settings-section.ts';
import { createCodeVerification } from './verification.ts';

const TYPE = 'code';

/** A code in a message: proves an address in verification and recovery, and where it is `passwordless`, signs people in. */
export const code = defineMethod({
  name: 'code',
  section: codeSection,
  group: 'code',
  order: { login: 50, credentials: 60, registration: 50 },
  tokenBehindButtons: true,
  activeOn: { login: ['sent'], registration: ['sent'] },
  texts: { section: ['Code', ''], proof: 'one-time code', recovery: 'recovery code' },
  provesAddress: true,
  secretLifespan: ({ lifespan }) => lifespan,
  lanes: (about) => ({
    ...(about.settings.passwordless && {
      login: { mailed: true, first: ['consume', 'verified'] },
      registration: { mailed: true, first: ['consume'] },
    }),
    ...(isSecondFactor(about.settings) && {
      login: { factor: 'second', mailed: true, first: ['consume', 'verified'] },
    }),
    ...Object.fromEntries(mailFlows(about).map((flow) => [flow, {}])),
  }),
  credential: {
    type: TYPE,
    hinted: true,
    // A code can be sent to everybody, with or without an entry.
    first: (_credential, { enabled, passwordless }) => (enabled && passwordless ? 1 : 0),
    second: (credential, settings) => isSecondFactor(settings) && hasAddress(credential),
    switchedOn: (settings) => isSecondFactor(settings),
    addsToMail: (credential) => hasPhone(credential),
    remains: (credential, { passwordless }) => passwordless && hasAddress(credential),
    shown: (_identifiers, { passwordless }) => (passwordless ? 1 : 0),
  },
  doubts: ({ settings, schemas }) =>
    isSecondFactor(settings) && !settings.fallback && !schemas.list().some(takesCodes)
      ? [
          {
            key: 'mfa_enabled',
            found: 'codes are a second factor, and no identity schema has an address for them: nobody has it',
            advice:
              'mark a trait: "ory.sh/kratos": { "credentials": { "code": { "identifier": true, "via": "email" } } }',
          },
        ]
      : [],
  identifiedBy: (extension) => extension.code !== undefined,
  reviewed: [
    { key: 'config.lifespan', of: ({ lifespan }) => lifespan, better: 'less' },
    { key: 'config.max_submissions', of: ({ maxSubmissions }) => maxSubmissions, better: 'less' },
  ],
  budgets({ settings, config: { flows } }) {
    const { login, registration, recovery, verification } = flows;
    const longest = Math.max(...[login, registration, recovery, verification].map(({ lifespan }) => lifespan));
    return {
      codeSubmissions: { tries: settings.maxSubmissions, per: Math.max(longest, settings.lifespan) },
    };
  },

  types({ kind, page, event, person: { identifier, traits }, code: mailed }) {
    const mails = kind === 'verification' || kind === 'recovery';
    if (event.startsWith('accept.')) {
      const own = kind === 'login' ? { identifier } : kind === 'registration' ? { traits } : {};
      return mailed === undefined ? undefined : { code: mailed, ...own };
    }
    if (event === 'challenge.sent')
      return mails ? { email: identifier } : kind !== 'login' ? { traits } : asked(page, identifier);
    if (event !== 'strategy.reject' || !mails) return undefined;
    return page === 'sent' ? { code: 'none' } : { email: 'no address' };
  },

  create(parts, about) {
    const { settings, config } = about;
    const { lifespan } = settings;
    const { mailing } = parts;
    const own = { ...parts, name: about.name };
    const make = { verification: createCodeVerification, recovery: createCodeRecovery };
    const signIn = settings.passwordless ? createSignIn(own, about) : undefined;
    return {
      strategies: [
        ...(signIn?.strategies ?? []),
        ...(isSecondFactor(settings) ? [createStepUp(own, settings)] : []),
        ...takenFlows(about).map((flow) =>
          make[flow]({ ...own, settings: { lifespan, notifyUnknown: config.flows[flow].notifyUnknown } }),
        ),
      ],
      ...(signIn && { way: signIn.way }),
      challenge: {
        lifespan,
        texts: true,
        sent: { verification: 1080003, recovery: 1060003 },
        issue: (flow, request) =>
          flow === 'recovery'
            ? mailing.code('recovery_code', 'recovery_code_valid', request)
            : mailing.code('verification_code', 'verification_code_valid', request),
      },
    };
  },
});

/** The strategies by which codes sign people in and up, and how the page for the identifier finds the way. */
function createSignIn(
  parts: MethodParts & { readonly name: MethodName },
  { settings, config }: Configured<CodeSettings>,
) {
  const lifespan = settings.signInLifespan;
  const login = createCodeLogin({ ...parts, settings: { lifespan, mitigate: config.enumerationMitigation } });
  const way: SignInWay = {
    has: (_identifier, owner) => Promise.resolve(owner?.types.includes(TYPE) === true),
    begin: login.send,
  };
  return { way, strategies: [login, createCodeRegistration({ ...parts, settings: { lifespan } })] };
}

const createStepUp = (
  parts: MethodParts & { readonly name: MethodName },
  { signInLifespan: lifespan, fallback }: CodeSettings,
) => createCodeStepUp({ ...parts, settings: { lifespan, fallback } });

/** A second factor takes one of the person's addresses, a first one whatever identifier is typed. */
function asked(page: string, address: string): JsonObject {
  if (page === 'second' || page === 'confirm') return { address };
  return page === 'sent' ? { identifier: address, resend: 'code' } : { identifier: address };
}

const takesCodes = ({ properties }: IdentitySchema): boolean =>
  properties.some(({ extension }) => extension?.code !== undefined);

const isSecondFactor = ({ enabled, mfa }: CodeSettings): boolean => enabled && mfa;

const hasPhone = (credential: Credential): boolean => addressesOf(credential).some(({ via }) => via === 'sms');

const hasAddress = ({ config: { addresses } }: Credential): boolean => Array.isArray(addresses) && addresses.length > 0;
