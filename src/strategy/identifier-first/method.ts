import { defineMethod } from '../method.ts';
import { createIdentifierFirst } from './login.ts';

/**
 * The identifier on a page of its own, before the ways to sign in. It proves nothing. `login.style` decides whether a flow that
 * begins has that page; one that waits on it goes on, whatever the style is by then.
 */
export const identifierFirst = defineMethod({
  name: 'identifier_first',
  group: 'identifier_first',
  carriesIdentifier: true,
  activeOn: { login: ['credentials'] },
  texts: { section: ['General', ''] },

  types({ kind, page, event, person: { identifier } }) {
    if (kind !== 'login') return undefined;
    if (event === 'challenge.credentials') return { identifier };
    return event === 'strategy.reject' && page === 'identifier' ? { identifier: '' } : undefined;
  },
  create: ({ schemas, identities, groups, firstFactors, waysIn }, { name, config }) => ({
    strategies: [
      createIdentifierFirst({
        name,
        schemas,
        identities,
        groups,
        mitigate: config.enumerationMitigation,
        firstFactors,
        ways: waysIn,
      }),
    ],
  }),
});
