import { finals, page, stored, ways, type FlowConfig, type Lane, type Legs } from './flow-grammar.ts';

export interface RegistrationParts {
  /** The enabled methods that can create an account. */
  readonly methods: readonly string[];
  /** `profile_first`: the traits on a page of their own, then the credential. */
  readonly style: 'unified' | 'profile_first';
  readonly legs: (list: string) => Legs;
}

/**
 * Registration: a form, a code or a provider; hooks may refuse; then everything is stored in one transaction. `away` is
 * the first page while the person is at a provider; `complete` asks for traits that the provider did not give.
 */
export function registration({ methods, style, legs }: RegistrationParts): FlowConfig {
  const lanes = methods.map((method): Lane => {
    const { write, ...others } = legs(`registration.after.${method}`);
    const proof = method === 'code' ? [stored('consume')] : [];
    return { method, legs: { ...others, write: [...proof, stored('identity'), ...write] }, exit: '#flow.done' };
  });
  const only = (method: string): readonly Lane[] => lanes.filter((each) => each.method === method);
  // On these pages a code is requested; it is entered on the page `sent`.
  const direct = lanes.filter(({ method }) => method !== 'code');
  const code = methods.includes('code');
  const oidc = methods.includes('oidc');
  const leads = [...(code ? ['sent'] : []), ...(oidc ? ['away', 'complete'] : [])];
  const two = style === 'profile_first';
  const first = two ? 'traits' : 'form';
  return {
    id: 'flow',
    initial: 'opening',
    states: {
      ...ways(legs('registration.before').prepare, {
        open: `#flow.${first}.waiting`,
        ...(oidc && { 'open.complete': '#flow.complete.checking' }),
      }),
      ...(two
        ? {
            ...page('traits', {
              wire: 'choose_method',
              lanes: direct,
              asks: ['credentials', 'traits', ...leads],
              hands: oidc,
            }),
            ...page('credentials', {
              wire: 'choose_method',
              lanes: direct,
              asks: ['traits', 'credentials', ...leads],
              hands: oidc,
            }),
          }
        : page('form', { wire: 'choose_method', lanes: direct, asks: leads, hands: oidc })),
      ...(code &&
        page('sent', {
          wire: 'sent_email',
          lanes: only('code'),
          asks: ['sent', ...(two ? ['credentials', 'traits'] : [])],
        })),
      ...(oidc && {
        ...page('away', {
          wire: 'choose_method',
          lanes: direct,
          asks: [...(two ? ['credentials', 'traits'] : []), ...leads],
          returns: true,
          hands: true,
        }),
        ...page('complete', { wire: 'choose_method', lanes: only('oidc'), asks: ['away', 'complete'], hands: true }),
      }),
      ...finals('refused', 'redirected', 'continued', 'diverted', 'done'),
    },
  };
}
