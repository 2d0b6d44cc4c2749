import { describe, expect, test } from 'vitest';
import type { Config } from '../config/config.ts';
import { doubtsOfParty, partyOf } from './relying-party.ts';

const config = (baseUrl: string, page: string) => {
  const flow = { uiUrl: `${page}/ui` };
  return {
    serve: { public: { baseUrl } },
    flows: { login: flow, registration: flow, settings: flow },
  } as unknown as Config; // all that is read of it
};
const party = (id: string, ...origins: readonly string[]) => ({ id, displayName: 'Shop', origins });

test('Without origins there is one: the scheme of the public URL and the domain, without a port.', () => {
  expect(partyOf(party('shop.example'), config('https://id.shop.example:8443/', '')).origins).toEqual([
    'https://shop.example',
  ]);
  const written = party('shop.example', 'https://login.shop.example');
  expect(partyOf(written, config('http://127.0.0.1/', ''))).toEqual(written);
});

describe('what is doubted', () => {
  const doubts = (page: string, of: ReturnType<typeof party>): readonly string[] =>
    doubtsOfParty(of, config(page, page)).map(({ key, found }) => `${key} ${found}`);

  test.each([
    ['the origin of the pages', 'https://login.shop.example', party('shop.example', 'https://login.shop.example')],
    ['the domain itself', 'https://shop.example', party('shop.example')],
    ['this machine, by its name', 'http://localhost:4433', party('localhost', 'http://localhost:4433')],
    [
      'an app beside the pages',
      'https://shop.example',
      party('shop.example', 'https://shop.example', `android:apk-key-hash:${'a'.repeat(43)}`),
    ],
  ])('nothing: %s', (_about, page, of) => {
    expect(doubts(page, of)).toEqual([]);
  });

  test.each([
    ['an address', 'http://127.0.0.1:4433', party('127.0.0.1'), ['config.rp.id is the address 127.0.0.1']],
    [
      'a port that the origin lacks',
      'http://localhost:4433',
      party('localhost'),
      ['config.rp.origins http://localhost is taken, and pages are on http://localhost:4433'],
    ],
    [
      'an origin of another domain, though it ends alike',
      'https://myshop.example',
      party('shop.example', 'https://myshop.example'),
      ['config.rp.origins https://myshop.example does not lie within shop.example, so no credential is made there'],
    ],
  ])('%s', (_about, page, of, found) => {
    expect(doubts(page, of)).toEqual(found);
  });
});
