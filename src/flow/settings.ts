import { doors, finals, page, stored, ways, type FlowConfig, type Lane, type Legs } from './flow-grammar.ts';

export interface SettingsParts {
  readonly methods: readonly string[];
  readonly legs: (list: string) => Legs;
}

/**
 * What a signed-in person may change. One flow takes several submits: after each it rests on `success`. A change that
 * needs a fresh proof is put aside on `held`; the way back from the login is `return`.
 */
export function settings({ methods, legs }: SettingsParts): FlowConfig {
  const lanes = methods.map((method): Lane => {
    const { write, ...others } = legs(`settings.after.${method}`);
    const changes = { ...others, write: [stored('changes'), ...write] };
    return { method, legs: changes, exit: '#flow.success.waiting', leave: 'saved' };
  });
  const asks = ['held', ...(methods.includes('oidc') ? ['away'] : [])];
  return {
    id: 'flow',
    initial: 'opening',
    states: {
      ...doors(ways(legs('settings.before').prepare, { open: '#flow.form.waiting' }), {
        // A recovery that went through.
        'open.known': '#flow.form.waiting',
      }),
      ...page('form', { wire: 'show_form', lanes, asks }),
      ...page('held', { wire: 'show_form', lanes, asks, returns: true }),
      ...(methods.includes('oidc') && page('away', { wire: 'show_form', lanes, asks, returns: true })),
      ...page('success', { wire: 'success', lanes, asks }),
      ...finals('refused', 'redirected', 'diverted'),
    },
  };
}
