import { duration, listOf, map, text, type MapOf } from './spec.ts';

/** `selfservice.methods.b2b`: no method, and without effect outside the hosted edition. */
export const hostedEdition: MapOf = map(
  {
    config: map({
      organizations: listOf(
        map({
          id: text('Its id.'),
          label: text('Its name.'),
          domains: listOf(text('An entry.'), 'Its domains.'),
          session_lifespan: duration('Its sessions.'),
        }),
        'Organizations of the hosted edition.',
      ),
    }),
  },
  { about: 'Hosted edition.', inert: 'organizations belong to the hosted edition' },
);
