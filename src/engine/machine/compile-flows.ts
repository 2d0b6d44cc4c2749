import type { Config, MethodName } from '../../config/config.ts';
import type { FlowKind } from '../../flow/flow.ts';
import { login } from '../../flow/login.ts';
import { logout } from '../../flow/logout.ts';
import { recovery } from '../../flow/recovery.ts';
import { registration } from '../../flow/registration.ts';
import { settings } from '../../flow/settings.ts';
import { verification } from '../../flow/verification.ts';
import type { Bound } from '../../hook/bound-hook.ts';
import { compile, type CompiledFlow } from './compile.ts';
import { start } from './snapshot.ts';

/** Compiles every flow of a configuration, and begins each once: what cannot run is found at start. */
export function compileFlows(config: Config, bound: Bound): ReadonlyMap<FlowKind, CompiledFlow> {
  const { flows } = config;
  const hooksOf = bound.hooksOf.bind(bound);
  const compiled = [
    compile(
      'login',
      (legs) =>
        login({
          methods: loginMethods(config),
          style: flows.login.style,
          legs,
          explicitSession: (method) => bound.for('login', 'after', method as MethodName).dialect === 'v0.1-job', // methods of loginMethods
        }),
      hooksOf,
    ),
    compile(
      'registration',
      (legs) => registration({ methods: registrationMethods(config), style: flows.registration.style, legs }),
      hooksOf,
    ),
    compile('settings', (legs) => settings({ methods: settingsMethods(config), legs }), hooksOf),
    compile('verification', (legs) => verification({ method: flows.verification.use, legs }), hooksOf),
    compile('recovery', (legs) => recovery({ methods: recoveryMethods(config), legs }), hooksOf),
    compile('logout', (legs) => logout({ legs }), hooksOf),
  ];
  for (const each of compiled) start(each);
  return new Map(compiled.map((each) => [each.kind, each]));
}

/** Ways to sign in that are switched on and offered. */
export const loginMethods = ({ methods }: Config): readonly MethodName[] => [
  ...(methods.password.enabled ? (['password'] as const) : []),
  ...(methods.oidc.enabled ? (['oidc'] as const) : []),
  ...(methods.code.passwordless ? (['code'] as const) : []),
];
export const registrationMethods = loginMethods;
export const settingsMethods = ({ methods }: Config): readonly MethodName[] => [
  ...(methods.profile.enabled ? (['profile'] as const) : []),
  ...(methods.password.enabled ? (['password'] as const) : []),
  ...(methods.oidc.enabled ? (['oidc'] as const) : []),
];
/** What is mailed, and what an administrator may hand out beside it. */
export const recoveryMethods = ({ flows, methods }: Config): readonly ('code' | 'link')[] =>
  (['code', 'link'] as const).filter((method) => method === flows.recovery.use || methods[method].enabled);
