import {
  finals,
  stored,
  type FlowConfig,
  type FlowState,
  type PhaseSteps,
  type Named,
  type States,
} from './flow-grammar.ts';

/** Logout: one request passes the whole machine. The session ends whatever hooks answer: a refusal would keep it alive. */
export function logout({ stepsOf }: { readonly stepsOf: (list: string) => PhaseSteps }): FlowConfig {
  const before = stepsOf('logout.before');
  const after = stepsOf('logout.after');
  const write = [stored('revoked'), ...before.write, ...after.write];
  const follow = [...before.follow, ...after.follow];
  const prepare = [...before.prepare, ...after.prepare];
  return {
    id: 'flow',
    initial: 'opening',
    states: {
      opening: { on: { open: { target: prepare.length > 0 ? '#flow.before' : '#flow.write' } } },
      ...row('before', 'prepare', prepare, '#flow.write'),
      ...row('write', 'write', write, follow.length > 0 ? '#flow.follow' : '#flow.done'),
      ...row('follow', 'follow', follow, '#flow.done'),
      ...finals('done'),
    },
  };
}

/** One phase in which every verdict leads to the next state, so that no hook can stop a logout. */
function row(name: string, phase: 'prepare' | 'write' | 'follow', steps: readonly Named[], exit: string): States {
  const [first] = steps;
  if (first === undefined) return {};
  const states = steps.map(({ name: key, step }, i): [string, FlowState] => {
    const following = steps[i + 1];
    const target = following === undefined ? exit : `#flow.${name}.${following.name}`;
    const events =
      step.do === 'store'
        ? ['store.done']
        : ['hook.continue', 'hook.modify', 'hook.fail', 'hook.redirect', 'hook.divert'];
    return [key, { meta: step, on: Object.fromEntries(events.map((event) => [event, { target }])) }];
  });
  return { [name]: { tags: [phase], initial: first.name, states: Object.fromEntries(states) } };
}
