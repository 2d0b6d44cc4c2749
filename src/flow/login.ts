import { finals, page, stored, entryPoints, type FlowConfig, type Lane, type PhaseSteps } from './flow-grammar.ts';
import type { MethodLane } from './method-lane.ts';

export interface LoginParts {
  readonly methods: readonly MethodLane[];
  /** `unified`: one page asks for everything. Otherwise the identifier has a page of its own, and the proof the next. */
  readonly style: 'unified' | 'identifier_first';
  readonly stepsOf: (list: string) => PhaseSteps;
  /** In dialect v0.1-job a session is made only where the list says `session`. */
  readonly explicitSession: (method: string) => boolean;
}

/**
 * Login: a method verifies the person, hooks may refuse, then the session is stored. Each entry point has a page: `form`
 * or `identifier`, `confirm` for a fresh sign-in, `second` to add a second factor to a session, `link` to prove the account
 * that a provider's account is connected to. `key` asks for a key of the account that was named. `away` is the first page while
 * the person is at a provider.
 */
export function login({ methods, style, stepsOf, explicitSession }: LoginParts): FlowConfig {
  const first = methods.filter(({ factor }) => factor !== 'second');
  const second = methods.filter(({ factor }) => factor === 'second');
  const external = first.some((each) => each.external === true);
  const shared = first.flatMap((each) => each.shared ?? []).map(stored);
  const laneOf = (each: MethodLane): Lane => {
    const { method } = each;
    const { write, ...others } = stepsOf(`login.after.${method}`);
    const begin = [...(each.first ?? []).map(stored), ...(each.factor === 'second' ? [] : shared)];
    const ends = explicitSession(method) ? [stored('flow'), ...write] : [...write, stored('session')];
    return { method, steps: { ...others, write: [...begin, ...ends] }, exit: '#flow.done' };
  };
  // What was mailed is asked for on these pages and given on `sent`.
  const direct = first.filter((each) => each.mailed !== true).map(laneOf);
  const directSecond = second.filter((each) => each.mailed !== true).map(laneOf);
  const mailed = methods.filter((each) => each.mailed === true);
  const keyed = first.filter(({ asksKey }) => asksKey === true).map(laneOf);
  const leads = [...asksOf(first), ...(keyed.length > 0 ? ['key'] : [])];
  const twoPages = style !== 'unified';
  const step = { wire: 'choose_method', lanes: direct, asks: ['credentials', ...leads], hands: external } as const;
  const entry = twoPages ? 'identifier' : 'form';
  const confirmed = asksOf(methods);
  return {
    id: 'flow',
    initial: 'opening',
    states: {
      ...entryPoints(stepsOf('login.before').prepare, {
        open: `#flow.${entry}.waiting`,
        'open.refresh': '#flow.confirm.waiting',
        ...(second.length > 0 && { 'open.second': '#flow.second.waiting' }),
        ...(external && { 'open.known': '#flow.away.checking', 'open.link': '#flow.link.waiting' }),
      }),
      ...(twoPages
        ? Object.assign({}, ...['identifier', 'credentials'].map((name) => page(name, step)))
        : page('form', { wire: 'choose_method', lanes: direct, asks: leads, hands: external })),
      ...page('confirm', { wire: 'choose_method', lanes: [...direct, ...directSecond], asks: confirmed }),
      ...(second.length > 0 && page('second', { wire: 'choose_method', lanes: directSecond, asks: asksOf(second) })),
      ...(mailed.length > 0 && page('sent', { wire: 'sent_email', lanes: mailed.map(laneOf), asks: ['sent'] })),
      ...(keyed.length > 0 && page('key', { wire: 'choose_method', lanes: keyed, asks: ['key'] })),
      ...(external && {
        ...page('link', { wire: 'choose_method', lanes: direct, asks: leads }),
        ...page('away', {
          wire: 'choose_method',
          lanes: direct,
          asks: [...(twoPages ? ['credentials'] : []), ...leads],
          returns: true,
          hands: true,
        }),
      }),
      ...finals('refused', 'redirected', 'continued', 'diverted', 'done'),
    },
  };
}

/** The pages that the challenges of these methods lead to. */
const asksOf = (methods: readonly MethodLane[]): readonly string[] => [
  ...(methods.some(({ mailed }) => mailed === true) ? ['sent'] : []),
  ...(methods.some(({ external }) => external === true) ? ['away'] : []),
];
