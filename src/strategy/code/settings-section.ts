import type { MethodSettings } from '../../config/config.ts';
import type { MethodSection } from '../../config/method-section.ts';
import { duration, flag, integer, map } from '../../config/schema/spec.ts';

/** `selfservice.methods.code`, as the method reads it. Times in milliseconds. */
export interface CodeSettings extends MethodSettings {
  /** Codes sign people in and up. */
  readonly passwordless: boolean;
  /** Codes are a second factor. */
  readonly mfa: boolean;
  readonly lifespan: number;
  /** A second factor is also sent to verifiable addresses, for somebody without addresses for codes. */
  readonly fallback: boolean;
  /** Of codes that sign people in or up: ten minutes unless the configuration says how long (OWASP ASVS 5.0, 6.5.5). */
  readonly signInLifespan: number;
  /** Wrong codes that one flow takes. */
  readonly maxSubmissions: number;
}

/** OWASP ASVS 5.0, V6.5.5. */
const SIGN_IN_CODE = 10 * 60_000;

export const codeSection: MethodSection<CodeSettings> = {
  offers: ['code', 'code.mfa', 'code.missing_credential_fallback'],
  lists: ['login', 'registration'],
  mails: true,
  former: {
    passwordless: map({
      enabled: flag('Sign-in by code.', { to: 'selfservice.methods.code.passwordless_enabled', feature: 'code' }),
    }),
  },
  keys: map({
    enabled: flag('One-time codes by mail, for verification and recovery.', { default: true, feature: 'code' }),
    passwordless_enabled: flag('Sign-in by code.', { default: false, feature: 'code' }),
    mfa_enabled: flag('Codes as second factor; not together with `passwordless_enabled`.', {
      default: false,
      feature: 'code.mfa',
    }),
    config: map({
      lifespan: duration('How long a code can be used; signing in and up at most 10m unless this says otherwise.', {
        default: '1h',
      }),
      max_submissions: integer(1, 255, 'The number of wrong codes that a flow accepts.', { default: 5 }),
      missing_credential_fallback_enabled: flag(
        'Codes as second factor also go to verifiable addresses of somebody who has no address for codes.',
        {
          default: false,
          feature: 'code.missing_credential_fallback',
        },
      ),
    }),
  }),

  read({ values, context: { problems } }) {
    const passwordless = values.flag('passwordless_enabled');
    const mfa = values.flag('mfa_enabled');
    if (passwordless && mfa) {
      problems.error(
        values.at('mfa_enabled'),
        'contradiction',
        'is true together with passwordless_enabled',
        'a code is either the first or the second factor: keep one',
      );
    }
    const lifespan = values.number('config.lifespan');
    const written = values.has('config.lifespan');
    if ((passwordless || mfa) && written && lifespan > SIGN_IN_CODE)
      problems.warn(
        values.at('config.lifespan'),
        'unsafe',
        'lets a code sign somebody in for longer than 10 minutes',
        'at most 10m where codes sign people in',
      );
    return {
      enabled: values.flag('enabled') || passwordless,
      passwordless,
      mfa,
      fallback: values.flag('config.missing_credential_fallback_enabled'),
      lifespan,
      signInLifespan: written ? lifespan : SIGN_IN_CODE,
      maxSubmissions: values.number('config.max_submissions'),
    };
  },

  firstFactor: ({ passwordless }) => passwordless,
  passwordless: ({ passwordless }) => passwordless,
};
