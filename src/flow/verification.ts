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

export interface VerificationParts {
  /** The method of `verification.use`. */
  readonly method: MethodLane;
  readonly stepsOf: (list: string) => PhaseSteps;
}

/** Verification: `address` asks for an address, `sent` takes the mailed code or link. Hooks open the flow at `sent`. */
export function verification({ method: { method, returns = false }, stepsOf }: VerificationParts): FlowConfig {
  const { write, ...others } = stepsOf(`verification.after.${method}`);
  const lane: Lane = {
    method,
    steps: { ...others, write: [stored('consume'), stored('verified'), ...write] },
    exit: '#flow.passed',
  };
  return {
    id: 'flow',
    initial: 'opening',
    states: {
      ...serverEntryPoints(entryPoints(stepsOf('verification.before').prepare, { open: '#flow.address.waiting' }), {
        'open.sent': '#flow.sent.waiting',
      }),
      ...page('address', { wire: 'choose_method', lanes: [], asks: ['sent'] }),
      ...page('sent', { wire: 'sent_email', lanes: [lane], asks: ['sent'], returns }),
      ...finals('refused', 'redirected', 'diverted', 'passed'),
    },
  };
}
