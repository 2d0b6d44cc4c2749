import type { Config, MethodName } from '../config.ts';
import { OFFERED } from '../schema/supported-features.ts';
import { readProviders } from '../providers.ts';
import type { LoadContext } from './load-context.ts';
import type { TypedValues } from './typed-values.ts';

const key = (rest: string): string => `selfservice.methods.${rest}`;

/** OWASP ASVS 5.0, V6.5.5. */
const SIGN_IN_CODE = 10 * 60_000;

export interface Methods {
  readonly methods: Config['methods'];
  /** Those a person can sign in with without a password, as configured. */
  readonly passwordless: readonly MethodName[];
  /** Switched on by what is configured rather than by a key. */
  readonly notOffered: readonly string[];
}

export function readMethods(values: TypedValues, { dialect, problems, dev, command }: LoadContext): Methods {
  const on = (method: MethodName): boolean => values.flag(key(`${method}.enabled`));
  const passwordless = values.flag(key('code.passwordless_enabled'));
  const mfa = values.flag(key('code.mfa_enabled'));
  if (passwordless && mfa) {
    problems.error(
      values.at(key('code.mfa_enabled')),
      'contradiction',
      'is true together with passwordless_enabled',
      'a code is either the first or the second factor: keep one',
    );
  }
  for (const method of ['webauthn', 'passkey'] as const) {
    if (on(method) && !values.has(key(`${method}.config.rp.id`))) {
      problems.error(
        values.at(key(`${method}.enabled`)),
        'contradiction',
        'is true',
        `write selfservice.methods.${method}.config.rp too`,
      );
    }
    if (values.has(key(`${method}.config.rp.origin`)) && values.has(key(`${method}.config.rp.origins`))) {
      problems.error(
        values.at(key(`${method}.config.rp.origins`)),
        'contradiction',
        'is written beside `origin`',
        'keep one of them',
      );
    }
  }
  if (values.flag(key('password.migrate_hook.enabled')) && !values.has(key('password.migrate_hook.config.url'))) {
    problems.error(
      values.at(key('password.migrate_hook.enabled')),
      'contradiction',
      'is true',
      'write password.migrate_hook.config too',
    );
  }
  const providers = readProviders(values, problems, command !== 'serve' || dev);
  // In the old dialects providers alone switch the method on.
  const implied = dialect !== 'current' && !values.has(key('oidc.enabled')) && providers.length > 0;
  if (implied && !OFFERED.has('oidc'))
    problems.warn(
      values.at(key('oidc.config.providers')),
      'not-offered',
      'oidc is configured',
      'this build cannot offer it yet',
    );
  const lifespan = values.number(key('code.config.lifespan'));
  if (passwordless && values.has(key('code.config.lifespan')) && lifespan > SIGN_IN_CODE)
    problems.warn(
      values.at(key('code.config.lifespan')),
      'unsafe',
      'lets a code sign somebody in for longer than 10 minutes',
      'at most 10m where codes sign people in',
    );
  const length = values.number(key('password.config.min_password_length'));
  if (length < 8)
    problems.warn(
      values.at(key('password.config.min_password_length')),
      'no-effect',
      `is ${length}`,
      'it is read as 8, the least this server takes',
    );
  return {
    methods: {
      password: {
        enabled: on('password') && OFFERED.has('password'),
        minLength: Math.max(8, length),
        similarityCheck: values.flag(key('password.config.identifier_similarity_check_enabled')),
        breachCheck: {
          enabled: values.flag(key('password.config.haveibeenpwned_enabled')),
          host: values.text(key('password.config.haveibeenpwned_host')),
          max: values.number(key('password.config.max_breaches')),
          ignoreNetworkErrors: values.flag(key('password.config.ignore_network_errors')),
        },
      },
      profile: { enabled: on('profile') && OFFERED.has('profile') },
      code: {
        enabled: (on('code') || passwordless) && OFFERED.has('code'),
        passwordless: passwordless && OFFERED.has('code'),
        mfa: mfa && OFFERED.has('code.mfa'),
        lifespan,
        signInLifespan: values.has(key('code.config.lifespan')) ? lifespan : SIGN_IN_CODE,
        maxSubmissions: values.number(key('code.config.max_submissions')),
      },
      link: { enabled: on('link') && OFFERED.has('link'), lifespan: values.number(key('link.config.lifespan')) },
      oidc: {
        enabled: (on('oidc') || implied) && OFFERED.has('oidc'),
        baseRedirectUri: values.maybeText(key('oidc.config.base_redirect_uri')),
        providers,
      },
    },
    passwordless: [
      ...(passwordless ? (['code'] as const) : []),
      ...(on('passkey') ? (['passkey'] as const) : []),
      ...(on('webauthn') && values.flag(key('webauthn.config.passwordless')) ? (['webauthn'] as const) : []),
    ],
    notOffered: implied && !OFFERED.has('oidc') ? ['oidc'] : [],
  };
}
