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

export interface RecoveryParts {
  /** The method of `recovery.use`, and those that administrators may hand out. */
  readonly methods: readonly MethodLane[];
  readonly stepsOf: (list: string) => PhaseSteps;
}

/**
 * Recovery: `address` asks for an address, `sent` takes the mailed code or link. Then every other mailed secret of the
 * account is void, the person is signed in, and a settings flow is opened to set a new password. An administrator's code
 * or link enters at `sent`.
 */
export function recovery({ methods, stepsOf }: RecoveryParts): FlowConfig {
  const lanes = methods.map(({ method }): Lane => {
    const { write, ...others } = stepsOf(`recovery.after.${method}`);
    const first = [stored('consume'), stored('recovered'), stored('session')];
    return { method, steps: { ...others, write: [...first, ...write, stored('settings')] }, exit: '#flow.passed' };
  });
  return {
    id: 'flow',
    initial: 'opening',
    states: {
      ...serverEntryPoints(entryPoints(stepsOf('recovery.before').prepare, { open: '#flow.address.waiting' }), {
        'open.sent': '#flow.sent.waiting',
      }),
      ...page('address', { wire: 'choose_method', lanes: [], asks: ['sent'] }),
      ...page('sent', {
        wire: 'sent_email',
        lanes,
        asks: ['sent'],
        returns: methods.some(({ returns }) => returns === true),
      }),
      ...finals('refused', 'redirected', 'diverted', 'passed'),
    },
  };
}
