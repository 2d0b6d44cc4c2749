import type { NamedSection } from '../method-section.ts';
import { before, hooks, listOwners, type AfterKey } from './schema-flows.ts';
import { content, duration, listOf, map, oneOf, text, url, type HooksOf, type MapOf, type Spec } from './spec.ts';

/** The keys of the two older dialects, and the current key of each. */
const OLD_FLOW = 'The former place of `selfservice.flows`.';
const page = (to: string, about = 'A page.'): Spec => url(about, { to: `selfservice.flows.${to}.ui_url`, path: true });
const lifespan = (flow: string): Spec =>
  duration('How long a flow can be finished.', { to: `selfservice.flows.${flow}.lifespan` });

function after(flow: HooksOf['flow'], methods: readonly AfterKey[]): MapOf {
  const to = (method: string): string => `selfservice.flows.${flow}.after${method}.default_browser_return_url`;
  const own = methods.map((method): [string, Spec] => [
    method,
    map(
      {
        default_return_to: url('Where a browser goes after the flow.', { to: to(`.${method}`), path: true }),
        hooks: hooks(flow, 'after', method, true),
      },
      { short: true },
    ),
  ]);
  return map(
    {
      default_return_to: url('Where a browser goes after the flow.', { to: to(''), path: true }),
      hooks: hooks(flow, 'after', undefined, true),
      ...Object.fromEntries(own),
    },
    { short: true },
  );
}

/** Flows of former versions that have no lists by method. */
const oldFlows: Readonly<Record<string, Spec>> = {
  profile: map(
    {
      request_lifespan: lifespan('settings'),
      privileged_session_max_age: duration('See `flows.settings`.', {
        to: 'selfservice.flows.settings.privileged_session_max_age',
        zero: true,
      }),
      before: before('profile', true),
      after: map({ hooks: hooks('profile', 'after', undefined, true) }, { short: true }),
    },
    { about: 'What v0.1 called settings.' },
  ),
  verify: map(
    {
      request_lifespan: lifespan('verification'),
      link_lifespan: duration('How long a link can be used.', { to: 'selfservice.methods.link.config.lifespan' }),
      return_to: url('Where a browser goes after the flow.', {
        to: 'selfservice.flows.verification.after.default_browser_return_url',
        path: true,
      }),
    },
    { about: 'The former place of `selfservice.flows.verification`.' },
  ),
  logout: map(
    {
      redirect_to: url('Where a browser goes after the flow.', {
        to: 'selfservice.flows.logout.after.default_browser_return_url',
        path: true,
      }),
    },
    { about: 'The former place of `selfservice.flows.logout`.' },
  ),
};

/** The keys below `selfservice` that former versions had. */
export const oldSelfserviceOf = (sections: readonly NamedSection[]): Readonly<Record<string, Spec>> => ({
  strategies: map(Object.assign({}, ...sections.map(({ former }) => former)), {
    about: 'The former place of `selfservice.methods`.',
  }),
  login: map(
    {
      request_lifespan: lifespan('login'),
      before: before('login', true),
      after: after('login', listOwners(sections, 'login')),
    },
    { about: OLD_FLOW },
  ),
  registration: map(
    {
      request_lifespan: lifespan('registration'),
      before: before('registration', true),
      after: after('registration', listOwners(sections, 'registration')),
    },
    { about: OLD_FLOW },
  ),
  settings: map(
    {
      request_lifespan: lifespan('settings'),
      privileged_session_max_age: duration('See `flows.settings`.', {
        to: 'selfservice.flows.settings.privileged_session_max_age',
        zero: true,
      }),
      before: before('settings', true),
      after: after('settings', listOwners(sections, 'settings')),
    },
    { about: OLD_FLOW },
  ),
  ...oldFlows,
});

export const oldRoots: Readonly<Record<string, Spec>> = {
  urls: map(
    {
      self: map({
        public: url('The public URL.', { to: 'serve.public.base_url', asWritten: true }),
        admin: url('The admin URL.', { to: 'serve.admin.base_url', asWritten: true }),
      }),
      login_ui: page('login'),
      registration_ui: page('registration'),
      profile_ui: page('settings', 'v0.1: the settings page.'),
      settings_ui: page('settings', 'v0.3: the settings page.'),
      verify_ui: page('verification'),
      error_ui: page('error'),
      mfa_ui: url('A page that never was.', { inert: 'no version ever sent anyone there' }),
      default_return_to: url('The default destination.', { to: 'selfservice.default_browser_return_url', path: true }),
      whitelisted_return_to_domains: listOf(text('A URL; its path is ignored.'), 'v0.1: where `return_to` may lead.', {
        to: 'selfservice.allowed_return_urls',
      }),
      whitelisted_return_to_urls: listOf(text('A URL.'), 'v0.3: where `return_to` may lead.', {
        to: 'selfservice.allowed_return_urls',
      }),
    },
    { about: 'Former dialects.' },
  ),
  ttl: map(
    { session: duration('How long a session lasts.', { to: 'session.lifespan' }) },
    { about: 'Former dialects.' },
  ),
};

export const oldSecuritySession: Spec = map({
  cookie: map({
    same_site: oneOf(['Strict', 'Lax', 'None'], 'SameSite of the session cookie.', { to: 'session.cookie.same_site' }),
  }),
});

/** In the old dialects the root of a schema file is the traits. */
export const oldTraits: Spec = map({
  default_schema_url: content('The default identity schema; its root is the traits.'),
  schemas: listOf(
    map({ id: text('Its name.'), url: content('Where it is.') }, { required: ['id', 'url'] }),
    'Further schemas; their root is the traits.',
  ),
});
