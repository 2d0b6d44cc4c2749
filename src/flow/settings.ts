import type { MethodLane } from './method-lane.ts';
import {
  serverEntryPoints,
  finals,
  page,
  stored,
  entryPoints,
  type FlowConfig,
  type Lane,
  type PhaseSteps,
} from './flow-grammar.ts';

export interface SettingsParts {
  readonly methods: readonly MethodLane[];
  readonly stepsOf: (list: string) => PhaseSteps;
}

/**
 * Settings: what a signed-in person may change. One flow takes several submits and rests on `success` after each. A change
 * that needs a fresh sign-in waits on `held`; `return` is the way back from the login.
 */
export function settings({ methods, stepsOf }: SettingsParts): FlowConfig {
  const lanes = methods.map(({ method, first = [] }): Lane => {
    const { write, ...others } = stepsOf(`settings.after.${method}`);
    const changes = { ...others, write: [...first.map(stored), stored('changes'), ...write] };
    return { method, steps: changes, exit: '#flow.success.waiting', leave: 'saved' };
  });
  const away = methods.some(({ external }) => external === true);
  const shown = methods.some(({ shows }) => shows === true) ? ['form', 'success'] : [];
  const asks = ['held', ...(away ? ['away'] : []), ...shown];
  return {
    id: 'flow',
    initial: 'opening',
    states: {
      ...serverEntryPoints(entryPoints(stepsOf('settings.before').prepare, { open: '#flow.form.waiting' }), {
        // Opened by a completed recovery.
        'open.known': '#flow.form.waiting',
      }),
      ...page('form', { wire: 'show_form', lanes, asks }),
      ...page('held', { wire: 'show_form', lanes, asks, returns: true }),
      ...(away && page('away', { wire: 'show_form', lanes, asks, returns: true })),
      ...page('success', { wire: 'success', lanes, asks }),
      ...finals('refused', 'redirected', 'diverted'),
    },
  };
}
