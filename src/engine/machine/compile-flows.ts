import type { Config } from '../../config/config.ts';
import type { FlowKind } from '../../flow/flow.ts';
import { login } from '../../flow/login.ts';
import { logout } from '../../flow/logout.ts';
import { recovery } from '../../flow/recovery.ts';
import { registration } from '../../flow/registration.ts';
import { settings } from '../../flow/settings.ts';
import { verification } from '../../flow/verification.ts';
import type { Bound } from '../../hook/bound-hook.ts';
import { must } from '../../kernel/error.ts';
import type { Methods } from '../../strategy/registry.ts';
import type { CompiledFlow } from './compiled-flow.ts';
import { compile } from './compile.ts';
import { start } from './snapshot.ts';

/** What the machines of a configuration are made from. */
export interface FlowSources {
  readonly config: Config;
  readonly bound: Bound;
  readonly methods: Methods;
}

/** Compiles every flow of a configuration, and begins each once: what cannot run is found at start. */
export function compileFlows({ config, bound, methods }: FlowSources): ReadonlyMap<FlowKind, CompiledFlow> {
  const { flows } = config;
  const hooksOf = bound.hooksOf.bind(bound);
  const [mailed] = methods.lanes('verification');
  const compiled = [
    compile(
      'login',
      (stepsOf) =>
        login({
          methods: methods.lanes('login'),
          style: flows.login.style,
          stepsOf,
          explicitSession: (method) => bound.for('login', 'after', method).dialect === 'v0.1-job',
        }),
      hooksOf,
    ),
    compile(
      'registration',
      (stepsOf) => registration({ methods: methods.lanes('registration'), style: flows.registration.style, stepsOf }),
      hooksOf,
    ),
    compile('settings', (stepsOf) => settings({ methods: methods.lanes('settings'), stepsOf }), hooksOf),
    compile(
      'verification',
      (stepsOf) => verification({ method: must(mailed, `The method ${flows.verification.use}`), stepsOf }),
      hooksOf,
    ),
    compile('recovery', (stepsOf) => recovery({ methods: methods.lanes('recovery'), stepsOf }), hooksOf),
    compile('logout', (stepsOf) => logout({ stepsOf }), hooksOf),
  ];
  for (const each of compiled) start(each);
  return new Map(compiled.map((each) => [each.kind, each]));
}
