import { finals, page, stored, ways, type FlowConfig, type Lane, type Legs } from './flow-grammar.ts';

export interface LoginParts {
  readonly methods: readonly string[];
  /** `identifier_first`: the identifier on a page of its own, then the methods. */
  readonly style: 'unified' | 'identifier_first';
  readonly legs: (list: string) => Legs;
  /** In dialect v0.1-job a session is made only where the list says `session`. */
  readonly explicitSession: (method: string) => boolean;
}

/**
 * Login: a method verifies the person, hooks may refuse, then the session is stored. Each entry point has a page: `form`
 * or `identifier`, `confirm` for a fresh sign-in, `link` to prove the account that a provider's account is connected to.
 * `away` is the first page while the person is at a provider.
 */
export function login({ methods, style, legs, explicitSession }: LoginParts): FlowConfig {
  const code = methods.includes('code');
  const oidc = methods.includes('oidc');
  const lanes = methods.map((method): Lane => {
    const { write, ...others } = legs(`login.after.${method}`);
    const proof = method === 'code' ? [stored('consume'), stored('verified')] : [];
    const link = oidc ? [stored('link')] : [];
    const ends = explicitSession(method) ? [stored('flow'), ...write] : [...write, stored('session')];
    return { method, legs: { ...others, write: [...proof, ...link, ...ends] }, exit: '#flow.done' };
  });
  const only = (method: string): readonly Lane[] => lanes.filter((each) => each.method === method);
  // On these pages a code is requested; it is entered on the page `sent`.
  const direct = lanes.filter(({ method }) => method !== 'code');
  const leads = [...(code ? ['sent'] : []), ...(oidc ? ['away'] : [])];
  const first = style === 'identifier_first' ? 'identifier' : 'form';
  return {
    id: 'flow',
    initial: 'opening',
    states: {
      ...ways(legs('login.before').prepare, {
        open: `#flow.${first}.waiting`,
        'open.refresh': '#flow.confirm.waiting',
        ...(oidc && { 'open.known': '#flow.away.checking', 'open.link': '#flow.link.waiting' }),
      }),
      ...(style === 'identifier_first'
        ? {
            ...page('identifier', {
              wire: 'choose_method',
              lanes: direct,
              asks: ['credentials', ...leads],
              hands: oidc,
            }),
            ...page('credentials', {
              wire: 'choose_method',
              lanes: direct,
              asks: ['credentials', ...leads],
              hands: oidc,
            }),
          }
        : page('form', { wire: 'choose_method', lanes: direct, asks: leads, hands: oidc })),
      ...page('confirm', { wire: 'choose_method', lanes: direct, asks: leads }),
      ...(code && page('sent', { wire: 'sent_email', lanes: only('code'), asks: ['sent'] })),
      ...(oidc && {
        ...page('link', { wire: 'choose_method', lanes: direct, asks: leads }),
        ...page('away', {
          wire: 'choose_method',
          lanes: direct,
          asks: [...(style === 'identifier_first' ? ['credentials'] : []), ...leads],
          returns: true,
          hands: true,
        }),
      }),
      ...finals('refused', 'redirected', 'continued', 'diverted', 'done'),
    },
  };
}
