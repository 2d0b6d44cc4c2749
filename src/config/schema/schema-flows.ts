import type { FlowName, MethodName } from '../config.ts';
import { duration, flag, map, oneOf, url, type HooksOf, type MapOf, type Spec } from './spec.ts';

type Keys = Readonly<Record<string, Spec>>;
type AfterKey = MethodName | 'passwordless';

export const LOGIN_METHODS: readonly AfterKey[] = [
  'password',
  'oidc',
  'code',
  'webauthn',
  'passkey',
  'totp',
  'lookup_secret',
  'passwordless',
];
export const REGISTRATION_METHODS: readonly AfterKey[] = [
  'password',
  'oidc',
  'code',
  'webauthn',
  'passkey',
  'passwordless',
];
export const SETTINGS_METHODS: readonly AfterKey[] = [
  'password',
  'profile',
  'oidc',
  'totp',
  'webauthn',
  'passkey',
  'lookup_secret',
];

export const hooks = (flow: HooksOf['flow'], point: HooksOf['point'], method?: AfterKey, old = false): HooksOf => ({
  kind: 'hooks',
  flow,
  point,
  method,
  old,
  about: method === undefined ? `Hooks ${point} the flow.` : `Hooks after the flow, for \`${method}\` alone.`,
});

export const before = (flow: HooksOf['flow'], old = false): MapOf =>
  map({ hooks: hooks(flow, 'before', undefined, old) }, { short: true });

const target = (about: string): Spec => url(about, { path: true });

function after(flow: FlowName, methods: readonly AfterKey[]): MapOf {
  const own = methods.map((method): [string, Spec] => [
    method,
    map(
      {
        default_browser_return_url: target(`Where a browser goes after it, for \`${method}\`.`),
        hooks: hooks(flow, 'after', method),
      },
      { short: true },
    ),
  ]);
  return map(
    {
      default_browser_return_url: target('Where a browser goes after the flow.'),
      hooks: hooks(flow, 'after'),
      ...Object.fromEntries(own),
    },
    { short: true },
  );
}

const shared = (flow: FlowName, methods: readonly AfterKey[]): Keys => ({
  ui_url: url('The page that shows this flow.', { path: true, computed: 'the page in the box' }),
  lifespan: duration('How long a flow can be finished.', { default: '1h' }),
  before: before(flow),
  after: after(flow, methods),
});

const mailed = (flow: 'verification' | 'recovery'): MapOf =>
  map({
    ...shared(flow, []),
    enabled: flag('Enables the flow.', { default: false, feature: flow }),
    use: oneOf(['code', 'link'], 'Whether a code or a link is mailed.', { default: 'code' }),
    notify_unknown_recipients: flag('Tells an unknown address that it is unknown, by mail.', { default: false }),
  });

/** `selfservice.flows` */
export const flows: MapOf = map({
  login: map({
    ...shared('login', LOGIN_METHODS),
    style: oneOf(
      ['unified', 'identifier_first'],
      'One page for everything, or the identifier on a page before the methods.',
      {
        default: 'unified',
        feature: 'identifier_first',
        when: 'identifier_first',
      },
    ),
  }),
  registration: map({
    ...shared('registration', REGISTRATION_METHODS),
    enabled: flag('Enables registration.', { default: true }),
    style: oneOf(
      ['unified', 'profile_first'],
      'One page for everything, or the traits on a page before the credentials.',
      { default: 'profile_first' },
    ),
    enable_legacy_one_step: flag('The former spelling of `style: unified`.', { default: false }),
    login_hints: flag('Tells a person whose address is taken which methods they can sign in with.', {
      default: false,
      feature: 'login_hints',
    }),
  }),
  settings: map({
    ...shared('settings', SETTINGS_METHODS),
    privileged_session_max_age: duration('How old a sign-in may be when protected settings are changed; 0s: any age.', {
      default: '1h',
      zero: true,
    }),
    required_aal: oneOf(['aal1', 'highest_available'], 'The assurance level settings ask for.', {
      default: 'highest_available',
    }),
  }),
  verification: mailed('verification'),
  recovery: mailed('recovery'),
  logout: map({
    before: before('logout'),
    after: map(
      { default_browser_return_url: target('Where a browser goes after the flow.'), hooks: hooks('logout', 'after') },
      { short: true },
    ),
    clear_browser_data: flag('Sends `Clear-Site-Data` at logout.', { default: false, feature: 'clear_browser_data' }),
  }),
  error: map({ ui_url: url('The page that shows an error.', { path: true, computed: 'the page in the box' }) }),
});
