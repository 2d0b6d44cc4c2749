import { must } from '../../kernel/error.ts';
import {
  isLocalName,
  parseAllowedUrl,
  parseConfiguredUrl,
  type AllowedUrl,
  type ReturnUrl,
} from '../../kernel/return-url.ts';
import type { Config, FlowSettings, MailFlowSettings, MethodName } from '../config.ts';
import { sectionKey, type NamedSection } from '../method-section.ts';
import { offeredFeatures } from '../schema/supported-features.ts';
import { isBetween } from '../dialect/dialect.ts';
import { warnOfName } from '../dialect/move-old-keys.ts';
import type { LoadContext } from './load-context.ts';
import type { TypedValues } from './typed-values.ts';

/** The paths of the built-in pages, below the public URL. */
const ownPage = (baseUrl: string, flow: string): string => `${baseUrl}/ui/${flow}`;

/** The methods, as the flows need them. */
export interface FlowMethods {
  readonly sections: readonly NamedSection[];
  readonly methods: Config['methods'];
}

/** A checked target, resolved against the public URL where it is a path. */
function target(values: TypedValues, key: string, baseUrl: string): ReturnUrl | undefined {
  const written = values.maybeText(key);
  if (written === undefined) return undefined;
  return checked(written.startsWith('/') ? `${URL.parse(baseUrl)?.origin ?? ''}${written}` : written);
}

/** Placeholder after an invalid base URL was reported; the start is refused anyway. */
function checked(url: string): ReturnUrl {
  const parsed = parseConfiguredUrl(url);
  if (typeof parsed === 'string') return parsed;
  const local = parseConfiguredUrl('http://localhost/');
  return must(typeof local === 'string' ? local : undefined, 'A URL');
}

function settingsOf(
  flow: 'login' | 'registration' | 'settings' | 'recovery' | 'verification',
  values: TypedValues,
  baseUrl: string,
  { sections }: FlowMethods,
): FlowSettings {
  const key = (part: string): string => `selfservice.flows.${flow}.${part}`;
  const page = target(values, key('ui_url'), baseUrl);
  const own = sections.flatMap(({ name, passwordless }) => {
    const url =
      target(values, key(`after.${name}.default_browser_return_url`), baseUrl) ??
      (passwordless === undefined
        ? undefined
        : target(values, key('after.passwordless.default_browser_return_url'), baseUrl));
    return url === undefined ? [] : [[name, url] as const];
  });
  return {
    uiUrl: page ?? checked(ownPage(baseUrl, flow)),
    ownPage: page === undefined,
    lifespan: values.number(key('lifespan')),
    returnUrl: target(values, key('after.default_browser_return_url'), baseUrl),
    methodReturnUrls: Object.fromEntries(own),
  };
}

function mailFlow(
  flow: 'recovery' | 'verification',
  values: TypedValues,
  baseUrl: string,
  known: FlowMethods,
  { origin, problems }: LoadContext,
): MailFlowSettings {
  const key = (part: string): string => `selfservice.flows.${flow}.${part}`;
  const { sections, methods } = known;
  const mails = sections.filter((each) => each.mails === true).map(({ name }) => name);
  const wanted = values.choice(key('use'), mails);
  const enabled = values.flag(key('enabled'));
  const isOn = (name: MethodName): boolean => methods[name]?.enabled === true;
  const chosen = isOn(wanted) ? wanted : mails.find(isOn);
  // Pages and templates of former releases know links alone.
  const written = values.has(key('use')) || isBetween(origin);
  if (enabled && chosen !== wanted) {
    const others = mails.filter((each) => each !== wanted);
    problems.judge(
      values.at(key(values.has(key('use')) ? 'use' : 'enabled')),
      written ? 'contradiction' : 'safe-reading',
      written
        ? `${values.has(key('use')) ? `is ${wanted}` : 'is true'}, but ${sectionKey(wanted, 'enabled')} is false`
        : `is true, but ${wanted} is switched off`,
      written
        ? ['switch the method on', ...others.map((each) => `write use: ${each}`)].join(', or ')
        : chosen === undefined
          ? `${flow} stays off: switch on ${mails.join(' or ')}`
          : `${chosen} is used: write use: ${chosen}`,
    );
  }
  return {
    ...settingsOf(flow, values, baseUrl, known),
    enabled: enabled && chosen !== undefined && offeredFeatures(sections).has(flow),
    // A flow that is off keeps the machine it had: rows of the release before stand on its states.
    use: enabled ? (chosen ?? wanted) : wanted,
    notifyUnknown: values.flag(key('notify_unknown_recipients')),
  };
}

function clearsBrowserData(values: TypedValues, baseUrl: string, { problems }: LoadContext): boolean {
  const key = 'selfservice.flows.logout.clear_browser_data';
  const wanted = values.flag(key);
  if (wanted && !baseUrl.startsWith('https:'))
    problems.warn(values.at(key), 'no-effect', 'is on, and the public URL is http', 'browsers heed it over https only');
  return wanted;
}

export function readFlows(
  values: TypedValues,
  baseUrl: string,
  known: FlowMethods,
  context: LoadContext,
): Config['flows'] {
  const offered = offeredFeatures(known.sections);
  const style = values.choice('selfservice.flows.login.style', ['unified', 'identifier_first']);
  const oneStep = values.flag('selfservice.flows.registration.enable_legacy_one_step');
  const written = values.choice('selfservice.flows.registration.style', ['unified', 'profile_first']);
  const formerStyle = values.find('selfservice.flows.registration.enable_legacy_one_step');
  if (formerStyle !== undefined)
    warnOfName(formerStyle, 'v1.2 to v1.3', oneStep ? 'write `style: unified`' : 'remove it', context.problems);
  if (oneStep && values.find('selfservice.flows.registration.style') && written === 'profile_first') {
    context.problems.error(
      values.at('selfservice.flows.registration.enable_legacy_one_step'),
      'contradiction',
      'is true, but style is profile_first',
      'remove it: style decides',
    );
  }
  return {
    login: {
      ...settingsOf('login', values, baseUrl, known),
      style: offered.has('identifier_first') ? style : 'unified',
    },
    registration: {
      ...settingsOf('registration', values, baseUrl, known),
      enabled: values.flag('selfservice.flows.registration.enabled'),
      style: oneStep ? 'unified' : written,
      loginHints: values.flag('selfservice.flows.registration.login_hints') && offered.has('login_hints'),
    },
    settings: {
      ...settingsOf('settings', values, baseUrl, known),
      privilegedSessionMaxAge: values.number('selfservice.flows.settings.privileged_session_max_age'),
      requiredAal: values.choice('selfservice.flows.settings.required_aal', ['aal1', 'highest_available']),
    },
    recovery: mailFlow('recovery', values, baseUrl, known, context),
    verification: mailFlow('verification', values, baseUrl, known, context),
    logout: {
      returnUrl: target(values, 'selfservice.flows.logout.after.default_browser_return_url', baseUrl),
      clearsBrowserData: clearsBrowserData(values, baseUrl, context),
    },
    error: {
      uiUrl: target(values, 'selfservice.flows.error.ui_url', baseUrl) ?? checked(ownPage(baseUrl, 'error')),
    },
  };
}

/** The default destination and the allow list; the public `/self-service` is always on it. */
export function readReturnUrls(
  values: TypedValues,
  baseUrl: string,
  { problems }: LoadContext,
): Pick<Config, 'defaultReturnUrl' | 'allowedReturnUrls'> {
  const defaultReturnUrl = target(values, 'selfservice.default_browser_return_url', baseUrl) ?? checked(`${baseUrl}/`);
  const found = values.find('selfservice.allowed_return_urls');
  const ignorePath = found?.key === 'urls.whitelisted_return_to_domains';
  const written = (found?.items ?? []).flatMap((item): readonly AllowedUrl[] => {
    if (!('value' in item) || typeof item.value !== 'string') return [];
    const parsed = parseAllowedUrl(item.value, { ignorePath, base: defaultReturnUrl });
    if (!('problem' in parsed)) {
      if (parsed.wildcard && isLocalName(parsed.host))
        problems.judge(
          item.at,
          'production-floor',
          `is ${JSON.stringify(item.value)}, names of the machine that asks`,
          'write the address people use; names below localhost are for --dev',
        );
      return [parsed];
    }
    if (found?.key === 'selfservice.whitelisted_return_urls' && item.value.includes('*')) {
      problems.warn(
        item.at,
        'no-effect',
        `is ${JSON.stringify(item.value)}: it ${parsed.problem}`,
        'it is left out: before v0.8 `*` was a letter like others',
      );
      return [];
    }
    problems.error(
      item.at,
      'wrong-value',
      `is ${JSON.stringify(item.value)}: it ${parsed.problem}`,
      'write a URL with scheme and host, such as https://app.example.org/',
    );
    return [];
  });
  const own = parseAllowedUrl(`${baseUrl}/self-service`, { ignorePath: false });
  return { defaultReturnUrl, allowedReturnUrls: 'problem' in own ? written : [own, ...written] };
}
