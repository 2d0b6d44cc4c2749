import type { FlowName, MethodName } from '../config.ts';
import { methodsWithLists, type NamedSection } from '../method-section.ts';
import { duration, flag, map, oneOf, url, type HooksOf, type MapOf, type Spec } from './spec.ts';

type Keys = Readonly<Record<string, Spec>>;
/** A method, or `passwordless` for all that need no password. */
export type AfterKey = string;

/** The keys that may stand under `after` of a flow: its methods, and the word for those without a password. */
export function listOwners(sections: readonly NamedSection[], flow: FlowName): readonly AfterKey[] {
  const names = methodsWithLists(sections, flow);
  const spreads = sections.some((each) => each.lists.includes(flow) && each.passwordless !== undefined);
  return spreads && flow !== 'settings' ? [...names, 'passwordless'] : names;
}

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

const mailed = (flow: 'verification' | 'recovery', methods: readonly MethodName[]): MapOf =>
  map({
    ...shared(flow, []),
    enabled: flag('Enables the flow.', { default: false, feature: flow }),
    use: oneOf(methods, 'Whether a code or a link is mailed.', { default: methods[0] ?? '' }),
    notify_unknown_recipients: flag('Tells an unknown address that it is unknown, by mail.', { default: false }),
  });

/** `selfservice.flows` */
export function flowsOf(sections: readonly NamedSection[]): MapOf {
  const mails = sections.filter((each) => each.mails === true).map(({ name }) => name);
  return map({
    login: map({
      ...shared('login', listOwners(sections, 'login')),
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
      ...shared('registration', listOwners(sections, 'registration')),
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
      ...shared('settings', listOwners(sections, 'settings')),
      privileged_session_max_age: duration(
        'How old a sign-in may be when protected settings are changed; 0s: any age.',
        {
          default: '1h',
          zero: true,
        },
      ),
      required_aal: oneOf(['aal1', 'highest_available'], 'The assurance level settings ask for.', {
        default: 'highest_available',
      }),
    }),
    verification: mailed('verification', mails),
    recovery: mailed('recovery', mails),
    logout: map({
      before: before('logout'),
      after: map(
        { default_browser_return_url: target('Where a browser goes after the flow.'), hooks: hooks('logout', 'after') },
        { short: true },
      ),
      clear_browser_data: flag('Sends `Clear-Site-Data` at logout, over https.', { default: false }),
    }),
    error: map({ ui_url: url('The page that shows an error.', { path: true, computed: 'the page in the box' }) }),
  });
}
