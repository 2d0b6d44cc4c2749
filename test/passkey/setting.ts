import { createAuthenticator, type Authenticator } from '../../src/testing/authenticator/authenticator.ts';
import { BASIC_CONFIG } from '../support/basic-config.ts';
import { personFiles } from '../support/schemas.ts';
import { begin, type Begun, valueOf } from '../support/self-service.ts';
import type { Answer, HttpClient } from '../support/http-client.ts';

export const ORIGIN = 'https://shop.sallyport.test';
export const PARTY = { id: 'shop.sallyport.test', display_name: 'Shop', origins: [ORIGIN] };

/** Passkeys beside passwords, on one page or two. */
export const passkeyConfig = ({ registration = 'unified', login = 'unified', more = '' } = {}): string =>
  BASIC_CONFIG.replace(
    '  methods:\n',
    `  methods:\n    passkey: { enabled: true, config: { rp: ${JSON.stringify(PARTY)} } }\n`,
  )
    .replace('style: unified', `style: ${registration}`)
    .replace('after: { password:', 'after: { passkey: { hooks: [{ hook: session }] }, password:')
    .replace(
      'login: { ui_url: http://127.0.0.1:4455/login',
      `login: { ui_url: http://127.0.0.1:4455/login, style: ${login}`,
    )
    .concat(more);

export const PASSKEY_FILES = personFiles({
  credentials: { password: { identifier: true }, passkey: { display_name: true } },
});

/** A device of somebody, which makes passkeys for the site of the tests. */
export const device = (settings: Parameters<typeof createAuthenticator>[0] = {}): Authenticator =>
  createAuthenticator({ origin: ORIGIN, ...settings });

/** The options that a page shows for a new passkey: in a registration they stand in an envelope. */
export function creationOf(flow: unknown) {
  const data = JSON.parse(valueOf(flow, 'passkey_create_data'));
  return data.credentialOptions ?? data;
}

export const challengeOf = (flow: unknown) => JSON.parse(valueOf(flow, 'passkey_challenge'));

export interface Visit {
  readonly http: HttpClient;
  readonly url: string;
  readonly type: 'browser' | 'api';
}

const tokenOf = ({ type }: Visit, { csrf }: Begun) => (type === 'browser' ? { csrf_token: csrf } : {});

/** Registers somebody with a passkey of this device. */
export async function registerWith(visit: Visit, keys: Authenticator, email: string): Promise<Answer> {
  const flow = await begin(visit.http, visit.url, 'registration', visit.type);
  const passkey_register = JSON.stringify(keys.create(creationOf(flow.json)));
  const body = { method: 'passkey', traits: { email }, passkey_register, ...tokenOf(visit, flow) };
  return visit.http.post(flow.action, { json: body });
}

/** Signs in with a passkey of this device, which the flow's options find. */
export async function signInWith(
  visit: Visit,
  keys: Authenticator,
  query = '',
  how?: Parameters<Authenticator['get']>[1],
): Promise<Answer> {
  const flow = await begin(visit.http, visit.url, 'login', visit.type, query);
  const passkey_login = JSON.stringify(keys.get(challengeOf(flow.json), how));
  return visit.http.post(flow.action, { json: { method: 'passkey', passkey_login, ...tokenOf(visit, flow) } });
}

/** Sends one change of settings with a flow of its own. */
export async function change(
  visit: Visit,
  fields: (flow: unknown) => Readonly<Record<string, string>>,
): Promise<Answer> {
  const flow = await begin(visit.http, visit.url, 'settings', visit.type);
  return visit.http.post(flow.action, { json: { method: 'passkey', ...fields(flow.json), ...tokenOf(visit, flow) } });
}

export const addWith = (visit: Visit, keys: Authenticator): Promise<Answer> =>
  change(visit, (flow) => ({ passkey_settings_register: JSON.stringify(keys.create(creationOf(flow))) }));
