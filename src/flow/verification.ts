import type { MethodLane } from './method-lane.ts';
import { doors, finals, page, stored, ways, type FlowConfig, type Lane, type Legs } from './flow-grammar.ts';

export interface VerificationParts {
  /** The method of `verification.use`. */
  readonly method: MethodLane;
  readonly legs: (list: string) => Legs;
}

/** Verification: `address` asks for an address, `sent` takes the mailed code or link. Hooks open the flow at `sent`. */
export function verification({ method: { method, returns = false }, legs }: VerificationParts): FlowConfig {
  const { write, ...others } = legs(`verification.after.${method}`);
  const lane: Lane = {
    method,
    legs: { ...others, write: [stored('consume'), stored('verified'), ...write] },
    exit: '#flow.passed',
  };
  return {
    id: 'flow',
    initial: 'opening',
    states: {
      ...doors(ways(legs('verification.before').prepare, { open: '#flow.address.waiting' }), {
        'open.sent': '#flow.sent.waiting',
      }),
      ...page('address', { wire: 'choose_method', lanes: [], asks: ['sent'] }),
      ...page('sent', { wire: 'sent_email', lanes: [lane], asks: ['sent'], returns }),
      ...finals('refused', 'redirected', 'diverted', 'passed'),
    },
  };
}
