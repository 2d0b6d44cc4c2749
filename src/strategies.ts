import os from 'node:os';
import type { Config } from './config/config.ts';
import { recoveryMethods } from './engine/machine/compile-flows.ts';
import type { FlowKind } from './flow/flow.ts';
import type { IdentitySchemas } from './identity/schema.ts';
import type { Clock } from './kernel/clock.ts';
import type { Random } from './kernel/random.ts';
import type { Oidc } from './oidc.ts';
import type { CodeParts } from './strategy/code/address-flow.ts';
import { createCodeLogin } from './strategy/code/login.ts';
import { createCodeRecovery } from './strategy/code/recovery.ts';
import { createCodeRegistration } from './strategy/code/registration.ts';
import { createCodeVerification } from './strategy/code/verification.ts';
import { createIdentifierFirst } from './strategy/identifier-first/login.ts';
import { createBreaches } from './strategy/password/breaches.ts';
import { createHashBudget } from './strategy/password/budget.ts';
import { createCommonList } from './strategy/password/common.ts';
import { createHasher, type Hasher } from './strategy/password/hasher.ts';
import type { LinkParts } from './strategy/link/address-flow.ts';
import { createLinkRecovery } from './strategy/link/recovery.ts';
import { createLinkVerification } from './strategy/link/verification.ts';
import type { Mailing } from './strategy/mailing.ts';
import { hashToken } from './secret/token.ts';
import { createPasswordLogin } from './strategy/password/login.ts';
import { createPolicy } from './strategy/password/policy.ts';
import { createPasswordRegistration } from './strategy/password/registration.ts';
import { createPasswordSettings } from './strategy/password/settings.ts';
import { createProfileRegistration } from './strategy/profile/registration.ts';
import { createProfileSettings } from './strategy/profile/settings.ts';
import type { Store } from './store/store.ts';
import type { Strategy } from './strategy/strategy.ts';

export interface StrategyParts {
  /** Processes that share the machine. */
  readonly processes: number;
  readonly config: Config;
  readonly schemas: IdentitySchemas;
  readonly store: Pick<Store, 'identities' | 'secrets'>;
  readonly clock: Clock;
  readonly random: Random;
  /** Sign-in at providers, where it is switched on. */
  readonly oidc: Pick<Oidc, 'login' | 'registration' | 'settings'> | undefined;
  readonly mailing: Mailing;
  codeDigests(purpose: string, code: string): readonly string[];
}

export interface Strategies {
  /** In the order in which they are asked whether a submit is theirs. */
  readonly byFlow: ReadonlyMap<FlowKind, readonly Strategy[]>;
  /** For the admin API: hashing of passwords that operators bring. */
  readonly passwords: Pick<Hasher, 'hash' | 'accepts'>;
}

/** All hashes together may take a quarter of the memory, 256 MiB at most (reliability R-MEM); KiB. */
const hashMemory = (): number => Math.min(256 * 1_024, os.totalmem() / 4 / 1_024);

/** Every way in that the configuration switches on, for each kind of flow. */
export function createStrategies(parts: StrategyParts): Strategies {
  const { processes, config, schemas, store, clock, random, mailing, codeDigests, oidc } = parts;
  const { identities, secrets } = store;
  const { methods, flows, hashers } = config;
  const { memory } = hashers.argon2;
  const budget = createHashBudget({
    memory,
    total: hashMemory() / processes,
    cores: Math.max(1, Math.floor(os.availableParallelism() / processes)),
    now: () => performance.now(),
  });
  const hasher = createHasher({ settings: hashers, budget, random });
  const policy = createPolicy({
    settings: methods.password,
    algorithm: hashers.algorithm,
    common: createCommonList(),
    breaches: createBreaches(methods.password.breachCheck.host),
  });
  const password = methods.password.enabled;
  const mitigate = config.enumerationMitigation;
  const mailed = { identities, secrets, mailing, random, codeDigests };
  const codes = methods.code.passwordless
    ? createCodeLogin({ ...mailed, schemas, settings: { lifespan: methods.code.signInLifespan, mitigate } })
    : undefined;
  const login: readonly Strategy[] = [
    ...(flows.login.style === 'identifier_first'
      ? [
          createIdentifierFirst({
            schemas,
            identities,
            mitigate,
            ways: [...(codes ? (['code'] as const) : []), ...(oidc ? (['oidc'] as const) : [])],
            codes,
            codesAlone: !password && !methods.oidc.enabled,
          }),
        ]
      : []),
    ...(password ? [createPasswordLogin({ schemas, identities, hasher, clock, random })] : []),
    ...(oidc ? [oidc.login] : []),
    ...(codes ? [codes] : []),
  ];
  const registration: readonly Strategy[] = [
    ...(flows.registration.style === 'profile_first' ? [createProfileRegistration({ schemas })] : []),
    ...(password ? [createPasswordRegistration({ schemas, hasher, policy, clock, random })] : []),
    ...(oidc ? [oidc.registration] : []),
    ...(codes
      ? [
          createCodeRegistration({
            ...mailed,
            schemas,
            settings: { lifespan: methods.code.signInLifespan, twoSteps: flows.registration.style === 'profile_first' },
          }),
        ]
      : []),
  ];
  const settings: readonly Strategy[] = [
    ...(methods.profile.enabled ? [createProfileSettings({ schemas })] : []),
    ...(password ? [createPasswordSettings({ identities, hasher, policy })] : []),
    ...(oidc ? [oidc.settings] : []),
  ];
  return {
    byFlow: new Map<FlowKind, readonly Strategy[]>([
      ['login', login],
      ['registration', registration],
      ['settings', settings],
      [
        'verification',
        mailFlow(flows.verification, [flows.verification.use], createCodeVerification, createLinkVerification),
      ],
      ['recovery', mailFlow(flows.recovery, recoveryMethods(config), createCodeRecovery, createLinkRecovery)],
    ]),
    passwords: hasher,
  };

  function mailFlow(
    { notifyUnknown }: Config['flows']['recovery'],
    used: readonly ('code' | 'link')[],
    byCode: (code: CodeParts) => Strategy,
    byLink: (link: LinkParts) => Strategy,
  ): readonly Strategy[] {
    return used.map((method) => {
      const settings = { lifespan: methods[method].lifespan, notifyUnknown };
      return method === 'code' ? byCode({ ...mailed, settings }) : byLink({ ...mailed, hashToken, settings });
    });
  }
}
