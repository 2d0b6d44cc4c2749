import { finals, page, stored, ways, type FlowConfig, type Lane, type Legs } from './parts.ts';

export interface LoginParts {
  readonly methods: readonly string[];
  /** `identifier_first`: who you are on a page of its own, then how you prove it. */
  readonly style: 'unified' | 'identifier_first';
  readonly legs: (list: string) => Legs;
  /** In dialect J a session is made only where the list says `session`. */
  readonly explicitSession: (method: string) => boolean;
}

/** A proof; hooks may object; then the session. Each way in has a page: a stranger's, and a known person's who confirms. */
export function login({ methods, style, legs, explicitSession }: LoginParts): FlowConfig {
  const lanes = methods.map((method): Lane => {
    const { write, ...others } = legs(`login.after.${method}`);
    const ends = explicitSession(method) ? [stored('flow'), ...write] : [...write, stored('session')];
    return { method, legs: { ...others, write: ends }, exit: '#flow.done' };
  });
  const only = (method: string): readonly Lane[] => lanes.filter((each) => each.method === method);
  const code = methods.includes('code');
  const oidc = methods.includes('oidc');
  const leads = [...(code ? ['sent'] : []), ...(oidc ? ['away'] : [])];
  const first = style === 'identifier_first' ? 'identifier' : 'form';
  return {
    id: 'flow',
    initial: 'opening',
    states: {
      ...ways(legs('login.before').prepare, {
        open: `#flow.${first}.waiting`,
        'open.refresh': '#flow.confirm.waiting',
        ...(oidc && { 'open.known': '#flow.away.checking' }),
      }),
      ...(style === 'identifier_first'
        ? {
            ...page('identifier', { wire: 'choose_method', lanes, asks: ['credentials', ...leads] }),
            ...page('credentials', { wire: 'choose_method', lanes, asks: ['credentials', ...leads] }),
          }
        : page('form', { wire: 'choose_method', lanes, asks: leads })),
      ...page('confirm', { wire: 'choose_method', lanes, asks: leads }),
      ...(code && page('sent', { wire: 'sent_email', lanes: only('code'), asks: ['sent'] })),
      ...(oidc &&
        page('away', { wire: 'choose_method', lanes: only('oidc'), asks: ['away'], returns: true, hands: true })),
      ...finals('refused', 'redirected', 'continued', 'diverted', 'done'),
    },
  };
}
