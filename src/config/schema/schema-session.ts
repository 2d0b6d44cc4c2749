import {
  content,
  duration,
  flag,
  integer,
  map,
  oneOf,
  recordOf,
  text,
  textFlag,
  type Leaf,
  type MapOf,
  type Spec,
} from './spec.ts';

export const sameSite = (about: string, more: Partial<Leaf> = {}): Spec =>
  oneOf(['Strict', 'Lax', 'None'], about, more);

/** `session` */
export const session: MapOf = map({
  lifespan: duration('How long a session lasts.', { default: '24h' }),
  earliest_possible_extend: duration('A session can be extended this long before it ends.', {
    computed: 'the lifespan',
  }),
  inactivity: duration('A session that is unused for so long has ended; `0`: it lasts as long as its lifespan.', {
    default: '0',
    zero: true,
  }),
  max_per_identity: integer(0, 10_000, 'So many active sessions of one account; `0`: any number.', { default: 0 }),
  when_full: oneOf(['end_oldest', 'refuse'], 'What a sign-in does that would be one too many.', {
    default: 'end_oldest',
  }),
  whoami: map({
    required_aal: oneOf(['aal1', 'highest_available'], 'The assurance level `whoami` asks for.', {
      default: 'highest_available',
    }),
    tokenizer: map({
      templates: recordOf(
        map(
          {
            jwks_url: content('The keys that sign tokens, as a JSON web key set.', { secret: true }),
            claims_mapper_url: content('The file in Jsonnet or TypeScript that makes further claims.'),
            ttl: duration('How long a token lasts.', { default: '1m', zero: true }),
            subject_source: oneOf(['id', 'external_id'], 'The member of the identity that becomes `sub`.', {
              default: 'id',
            }),
          },
          { required: ['jwks_url'] },
        ),
        'Sessions as JSON web tokens, by the names that `tokenize_as` may have (docs/guide/session-tokens.md).',
      ),
    }),
  }),
  cookie: map({
    name: text('The name of the session cookie.', {
      default: 'ory_kratos_session',
      pattern: /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/,
      wanted: 'a cookie name',
    }),
    persistent: flag('The session cookie outlives the browser.', { default: true }),
    domain: text('The domain of the session cookie.', { computed: '`cookies.domain`' }),
    path: text('The path of the session cookie.', {
      computed: '`cookies.path`',
      pattern: /^\/[^;\s]*$/,
      wanted: 'a path',
    }),
    same_site: sameSite('SameSite of the session cookie.', { computed: '`cookies.same_site`' }),
    secure: textFlag('Secure of the session cookie.', { computed: '`cookies.secure`' }),
  }),
});
