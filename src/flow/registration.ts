import { finals, page, stored, entryPoints, type FlowConfig, type Lane, type PhaseSteps } from './flow-grammar.ts';
import type { MethodLane } from './method-lane.ts';

export interface RegistrationParts {
  /** The enabled methods that can create an account. */
  readonly methods: readonly MethodLane[];
  /** `profile_first`: the traits on a page of their own, then the credential. */
  readonly style: 'unified' | 'profile_first';
  readonly stepsOf: (list: string) => PhaseSteps;
}

/**
 * Registration: a form, a code or a provider; hooks may refuse; then everything is stored in one transaction. `away` is
 * the first page while the person is at a provider; `complete` asks for traits that the provider did not give.
 */
export function registration({ methods, style, stepsOf }: RegistrationParts): FlowConfig {
  const laneOf = ({ method, first = [] }: MethodLane): Lane => {
    const { write, ...others } = stepsOf(`registration.after.${method}`);
    const begin = first.map(stored);
    return { method, steps: { ...others, write: [...begin, stored('identity'), ...write] }, exit: '#flow.done' };
  };
  // What was mailed is asked for on these pages and given on `sent`.
  const direct = methods.filter((each) => each.mailed !== true).map(laneOf);
  const mailed = methods.filter((each) => each.mailed === true).map(laneOf);
  const external = methods.filter((each) => each.external === true).map(laneOf);
  const away = external.length > 0;
  const leads = [...(mailed.length > 0 ? ['sent'] : []), ...(away ? ['away', 'complete'] : [])];
  const two = style === 'profile_first';
  const first = two ? 'traits' : 'form';
  return {
    id: 'flow',
    initial: 'opening',
    states: {
      ...entryPoints(stepsOf('registration.before').prepare, {
        open: `#flow.${first}.waiting`,
        ...(away && { 'open.complete': '#flow.complete.checking' }),
      }),
      ...(two
        ? {
            ...page('traits', {
              wire: 'choose_method',
              lanes: direct,
              asks: ['credentials', 'traits', ...leads],
              hands: away,
            }),
            ...page('credentials', {
              wire: 'choose_method',
              lanes: direct,
              asks: ['traits', 'credentials', ...leads],
              hands: away,
            }),
          }
        : page('form', { wire: 'choose_method', lanes: direct, asks: leads, hands: away })),
      ...(mailed.length > 0 &&
        page('sent', {
          wire: 'sent_email',
          lanes: mailed,
          asks: ['sent', ...(two ? ['credentials', 'traits'] : [])],
        })),
      ...(away && {
        ...page('away', {
          wire: 'choose_method',
          lanes: direct,
          asks: [...(two ? ['credentials', 'traits'] : []), ...leads],
          returns: true,
          hands: true,
        }),
        ...page('complete', { wire: 'choose_method', lanes: external, asks: ['away', 'complete'], hands: true }),
      }),
      ...finals('refused', 'redirected', 'continued', 'diverted', 'done'),
    },
  };
}
