import { finals, page, stored, ways, type FlowConfig, type Lane, type Legs } from './flow-grammar.ts';

export interface RegistrationParts {
  /** Ways to register that are switched on: they end in an account. */
  readonly methods: readonly string[];
  /** `profile_first`: the traits on a page of their own, then the credential. */
  readonly style: 'unified' | 'profile_first';
  readonly legs: (list: string) => Legs;
}

/**
 * A form, perhaps a code or a provider; hooks may object, then everything is stored at once. `away` is the first page
 * again while a provider is asked; `complete` asks for what the provider did not say.
 */
export function registration({ methods, style, legs }: RegistrationParts): FlowConfig {
  const lanes = methods.map((method): Lane => {
    const { write, ...others } = legs(`registration.after.${method}`);
    const proof = method === 'code' ? [stored('consume')] : [];
    return { method, legs: { ...others, write: [...proof, stored('identity'), ...write] }, exit: '#flow.done' };
  });
  const only = (method: string): readonly Lane[] => lanes.filter((each) => each.method === method);
  // A code is asked for on these pages and given on the page after.
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
