import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../kernel/json.ts';
import { must } from '../../kernel/error.ts';
import { shortfallOf, type Asked } from './answer-check.ts';
import { parseClaims } from './claims.ts';
import type { Learned } from './client.ts';
import type { OidcProvider } from './provider-entry.ts';
import type { Provider } from './provider.ts';

const MINUTE = 60_000;
const BEGUN = 1_800_000_000_500;

const entry: OidcProvider = {
  id: 'acme',
  provider: 'generic',
  label: 'Acme',
  clientId: 'c',
  clientSecret: 's',
  issuerUrl: 'https://id.example',
  authUrl: undefined,
  tokenUrl: undefined,
  mapperUrl: undefined,
  scope: [],
  pkce: 'auto',
  trustRefresh: false,
  more: {},
  path: 'providers[0]',
  place: undefined,
};
const providerOf = (more: Partial<OidcProvider> = {}): Provider =>
  ({ id: 'acme', label: 'Acme', entry: { ...entry, ...more } }) as Provider; // what is looked at
const said = (claims: JsonObject, authenticatedAt?: number): Learned => ({
  claims: must(parseClaims({ sub: 'ada', ...claims }, 'https://id.example'), 'claims'),
  tokens: { id: '', access: '', refresh: '' },
  ...(authenticatedAt !== undefined && { authenticatedAt }),
});

describe('a refresh', () => {
  const at = { refresh: true, begunAt: BEGUN };
  test.each<readonly [string, boolean, number | undefined, boolean]>([
    ['counts with a proof that is newer than its flow', true, BEGUN + MINUTE, false],
    ['counts with one of the same second: auth_time has no parts of one', true, BEGUN - 500, false],
    ['does not count with one of the second before', false, BEGUN - 501, false],
    ['does not count with one of thirty days ago', false, BEGUN - 30 * 24 * 60 * MINUTE, false],
    ['does not count without a time', false, undefined, false],
    ['counts without a time where that is written', true, undefined, true],
    ['does not count with an old one, whatever is written', false, BEGUN - MINUTE, true],
  ])('%s', (_name, counts, time, trustRefresh) => {
    expect(shortfallOf(providerOf({ trustRefresh }), said({}, time), {}, at) === undefined).toBe(counts);
  });

  test('tells the operator of a provider without a time which key there is, and the person another way', () => {
    const { reason, report } = must(shortfallOf(providerOf(), said({}), {}, at), 'shortfall');
    expect(report).toContain('trust_refresh');
    expect(reason).toContain('another way');
    expect(reason).not.toContain('auth_time');
  });
});

describe('what was asked and what was granted', () => {
  const at = { refresh: false, begunAt: BEGUN };
  test.each<readonly [boolean, Asked, JsonObject]>([
    [true, {}, {}],
    [true, { hd: 'example.org' }, { hd: 'Example.org' }],
    [false, { hd: 'example.org' }, { hd: 'else.example' }],
    [false, { hd: 'example.org' }, {}],
    [true, { hd: '*' }, { hd: 'else.example' }],
    [false, { hd: '*' }, {}],
    [true, { acr_values: 'gold silver' }, { acr: 'silver' }],
    [false, { acr_values: 'gold silver' }, { acr: 'bronze' }],
    [false, { acr_values: 'gold' }, {}],
    [true, { acr_values: 'idp:Google tenant:acme' }, {}],
    [false, { acr_values: 'idp:Google gold' }, { acr: 'idp:Google' }],
    [true, { acr_values: '' }, {}],
    [true, { prompt: 'select_account', auth_type: 'reauthenticate' }, {}],
  ])('%s: %j is answered by %j', (granted, asked, claims) => {
    expect(shortfallOf(providerOf(), said(claims), asked, at) === undefined).toBe(granted);
  });

  test.each<readonly [boolean, string, number | undefined]>([
    [true, 'login', BEGUN],
    [true, 'login', undefined],
    [false, 'login', BEGUN - MINUTE],
    [false, 'consent login', BEGUN - MINUTE],
    [true, 'consent', BEGUN - MINUTE],
  ])('%s: prompt %s with a proof of %s', (granted, prompt, time) => {
    expect(shortfallOf(providerOf(), said({}, time), { prompt }, at) === undefined).toBe(granted);
  });

  test.each<readonly [boolean, JsonObject, JsonObject]>([
    [true, { id_token: { acr: { essential: true, values: ['gold', 'silver'] } } }, { acr: 'silver' }],
    [false, { id_token: { acr: { essential: true, values: ['gold', 'silver'] } } }, { acr: 'bronze' }],
    [false, { id_token: { acr: { essential: true, value: 'gold' } } }, {}],
    [false, { userinfo: { member: { essential: true, value: true } } }, { member: 'true' }],
    [true, { userinfo: { member: { essential: true, value: true } } }, { member: true }],
    [true, { id_token: { acr: { values: ['gold'] } } }, { acr: 'bronze' }],
    [true, { id_token: { email: { essential: true }, name: null } }, {}],
    [false, { id_token: { constructor: { essential: true, value: 'x' } } }, {}],
  ])('%s: requested claims %j are answered by %j', (granted, requested, claims) => {
    const provider = providerOf({ more: { requested_claims: requested } });
    expect(shortfallOf(provider, said(claims), {}, at) === undefined).toBe(granted);
  });
});
