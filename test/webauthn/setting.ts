import { createAuthenticator, type Authenticator } from '../../src/testing/authenticator/authenticator.ts';
import type { GetOptions } from '../../src/testing/authenticator/settings.ts';
import { BASIC_CONFIG } from '../support/basic-config.ts';
import { type Answer, type HttpClient, read, readList } from '../support/http-client.ts';
import { personFiles } from '../support/schemas.ts';
import { begin, type Begun, valueOf } from '../support/self-service.ts';

export const ORIGIN = 'https://shop.sallyport.test';
export const PARTY = { id: 'shop.sallyport.test', display_name: 'Shop', origins: [ORIGIN] };

/** Security keys beside passwords: a second factor, or a first one. */
export const keysConfig = ({ passwordless = false, authenticators = {}, login = 'unified', more = '' } = {}): string =>
  BASIC_CONFIG.replace(
    '  methods:\n',
    `  methods:\n    webauthn: { enabled: true, config: ${JSON.stringify({ passwordless, rp: PARTY, authenticators })} }\n`,
  )
    .replace('after: { password:', 'after: { webauthn: { hooks: [{ hook: session }] }, password:')
    .replace(
      'login: { ui_url: http://127.0.0.1:4455/login',
      `login: { ui_url: http://127.0.0.1:4455/login, style: ${login}`,
    )
    .concat(more);

export const KEYS_FILES = personFiles({
  credentials: { password: { identifier: true }, webauthn: { identifier: true } },
});

/** A security key of somebody, for the site of the tests. */
export const device = (settings: Parameters<typeof createAuthenticator>[0] = {}): Authenticator =>
  createAuthenticator({ origin: ORIGIN, resident: false, ...settings });

export const creationOf = (flow: unknown) => JSON.parse(valueOf(flow, 'webauthn_register_trigger'));
export const requestOf = (flow: unknown) => JSON.parse(valueOf(flow, 'webauthn_login_trigger'));

export interface Visit {
  readonly http: HttpClient;
  readonly url: string;
}

/** Sends one change of settings with a flow of its own. */
export async function change(
  { http, url }: Visit,
  fields: (flow: unknown) => Readonly<Record<string, unknown>>,
  flow?: Begun,
): Promise<Answer> {
  const { action, csrf, json } = flow ?? (await begin(http, url, 'settings', 'browser'));
  return http.post(action, { json: { csrf_token: csrf, ...fields(json) } });
}

/** What a page sends that has made a key. */
export const made =
  (keys: Authenticator, name = 'blue key') =>
  (flow: unknown) => ({
    method: 'webauthn',
    webauthn_register: JSON.stringify(keys.create(creationOf(flow))),
    webauthn_register_displayname: name,
  });

export const addKey = (visit: Visit, keys: Authenticator, name?: string): Promise<Answer> =>
  change(visit, made(keys, name));

/** Begins a step-up, or the flow of another `query`, and answers its request for a key. */
export async function stepUp(
  visit: Visit,
  keys: Authenticator,
  { query = '?aal=aal2', ...how }: GetOptions & { readonly query?: string } = {},
): Promise<Answer> {
  const flow = await begin(visit.http, visit.url, 'login', 'browser', query);
  return visit.http.post(flow.action, { json: answered(flow, keys, how) });
}

/** What a page sends that has asked for a key. */
export const answered = ({ json, csrf }: Begun, keys: Authenticator, how: GetOptions = {}) => ({
  csrf_token: csrf,
  method: 'webauthn',
  identifier: valueOf(json, 'identifier'),
  webauthn_login: JSON.stringify(keys.get(requestOf(json), how)),
});

export const methodsOf = (session: unknown): readonly string[] =>
  readList(session, 'authentication_methods').map(
    (each) => `${String(read(each, 'method'))}/${String(read(each, 'aal'))}`,
  );

/** The names of the nodes of a form, those without one by their id. */
export const namesOf = (flow: unknown): readonly string[] =>
  readList(flow, 'ui.nodes').map((node) => String(read(node, 'attributes.name') ?? read(node, 'attributes.id')));
export const nodesOf = (flow: unknown, name: string): readonly unknown[] =>
  readList(flow, 'ui.nodes').filter((node) => read(node, 'attributes.name') === name);
