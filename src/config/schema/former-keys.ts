import { request } from './schema-request.ts';
import { content, flag, listOf, map, text, type Spec } from './spec.ts';

/** A key that releases of the reference had under this name and have no more: name then, name now, meaning. */
export interface FormerKey {
  /** Keys with dots between them; `[]` is each item of a list. */
  readonly key: string;
  /** The releases whose files have it. */
  readonly releases: string;
  readonly meaning:
    | { readonly kind: 'same'; readonly to: string }
    /** Read past, with a warning that says why. */
    | { readonly kind: 'dropped'; readonly why: string }
    /** Nothing of today means this: what to write instead. */
    | { readonly kind: 'refused'; readonly instead: string }
    /** Converted by the part that reads it. */
    | { readonly kind: 'converted'; readonly spec: Spec; readonly today: string };
}

const same = (releases: string, key: string, to: string): FormerKey => ({
  key,
  releases,
  meaning: { kind: 'same', to },
});
const dropped = (releases: string, key: string, why: string): FormerKey => ({
  key,
  releases,
  meaning: { kind: 'dropped', why },
});
const refused = (releases: string, key: string, instead: string): FormerKey => ({
  key,
  releases,
  meaning: { kind: 'refused', instead },
});
const converted = (releases: string, key: string, today: string, spec: Spec): FormerKey => ({
  key,
  releases,
  meaning: { kind: 'converted', spec, today },
});

const METHODS = 'selfservice.methods';
const FLOWS = 'selfservice.flows';
const BETWEEN = 'v0.4 to v0.8';

/** From v0.4 to today; v0.1 and v0.3, which had other sections, are in `schema-old.ts`. */
export const FORMER_KEYS: readonly FormerKey[] = [
  same(BETWEEN, 'selfservice.whitelisted_return_urls', 'selfservice.allowed_return_urls'),
  converted(
    BETWEEN,
    'identity.default_schema_url',
    'identity.schemas',
    content('The default identity schema, before the others; its id is `default`.'),
  ),
  same('v0.4', 'selfservice.strategies.profile.enabled', `${METHODS}.profile.enabled`),
  same('v0.4', 'selfservice.strategies.link.enabled', `${METHODS}.link.enabled`),
  same('v0.4', 'selfservice.strategies.recovery_token.enabled', `${METHODS}.link.enabled`),
  same('v0.5', `${METHODS}.recovery_token.enabled`, `${METHODS}.link.enabled`),
  ...['login', 'registration', 'settings', 'verification', 'recovery'].map((flow) =>
    same('v0.4', `${FLOWS}.${flow}.request_lifespan`, `${FLOWS}.${flow}.lifespan`),
  ),
  ...['login', 'registration'].map((flow) =>
    dropped(
      'v0.4',
      `${FLOWS}.${flow}.default_browser_return_url`,
      `no release read it here: write ${FLOWS}.${flow}.after.default_browser_return_url`,
    ),
  ),
  same('v0.4', 'session.cookie_same_site', 'session.cookie.same_site'),
  same('v0.5', 'password.max_breaches', `${METHODS}.password.config.max_breaches`),
  same('v0.5', 'password.ignore_network_errors', `${METHODS}.password.config.ignore_network_errors`),
  converted(
    'v0.6 to v0.8',
    'serve.public.domain_aliases',
    'serve.public.base_url',
    listOf(
      map({ match_domain: text('A domain.'), base_path: text('Its path.'), scheme: text('Its scheme.') }),
      'Further public addresses: an empty list alone is read past.',
    ),
  ),
  dropped('v0.6 to v0.9', 'tracing.providers.jaeger.propagation', 'it is chosen by no setting'),
  dropped(
    'v0.6 to v0.9',
    'tracing.providers.jaeger.sampling.type',
    'write tracing.providers.jaeger.sampling.trace_id_ratio',
  ),
  dropped(
    'v0.6 to v0.9',
    'tracing.providers.jaeger.sampling.value',
    'write tracing.providers.jaeger.sampling.trace_id_ratio',
  ),
  dropped('v0.9, v0.10', 'courier.message_ttl', 'a time is no count of tries: write courier.message_retries'),
  same('v0.9, v0.10', 'courier.http.request_config.header', 'courier.http.request_config.headers'),
  converted('v0.9 to v1.3', 'courier.sms.enabled', 'courier.channels', flag('Sends text messages.')),
  converted(
    'v0.9 to v1.3',
    'courier.sms.from',
    'courier.channels',
    text('The sender: it has no place any more, write it into the body.', { empty: true }),
  ),
  converted(
    'v0.9 to v1.3',
    'courier.sms.request_config',
    'courier.channels',
    request('The request that delivers a text message.'),
  ),
  same('v0.9, v0.10', 'courier.sms.request_config.header', 'courier.sms.request_config.headers'),
  refused('v0.9', 'identity.schemas.[].schema', 'it is called `url`'),
  same(
    'v1.1, v1.2',
    `${METHODS}.code.passwordless_login_fallback_enabled`,
    `${METHODS}.code.config.missing_credential_fallback_enabled`,
  ),
  refused('no release', `${FLOWS}.registration.enable_legacy_flow`, 'no release had it: write `style: unified`'),
];
