import { describe, expect, test } from 'vitest';

import type { VerifiableAddress } from '../../identity/identity.ts';
import type { Json } from '../../kernel/json.ts';
import { applySaid, readSaidAddresses } from './claimed-addresses.ts';

const now = Date.UTC(2026, 0, 2);
const pending: VerifiableAddress = {
  id: 'a',
  value: 'ada@shop.example',
  via: 'email',
  verified: false,
  status: 'pending',
  verifiedAt: undefined,
  createdAt: 1,
  updatedAt: 1,
};
const verified: VerifiableAddress = { ...pending, verified: true, status: 'completed', verifiedAt: 5 };

const said = (entry: Json, address: VerifiableAddress) => applySaid([address], readSaidAddresses([entry]), now)[0];

describe('what an operator says of an address', () => {
  test.each<[string, Json, VerifiableAddress, Partial<VerifiableAddress>]>([
    [
      'verifies it as of now',
      { value: 'ada@shop.example', via: 'email', verified: true },
      pending,
      { verified: true, status: 'completed', verifiedAt: now, updatedAt: now },
    ],
    [
      'verifies it in any spelling, by mail where nothing is said',
      { value: ' ADA@Shop.example', verified: true, verified_at: '2026-01-01T00:00:00Z' },
      pending,
      { verified: true, status: 'completed', verifiedAt: Date.UTC(2026, 0, 1), updatedAt: now },
    ],
    ['changes nothing that is so already', { value: 'ada@shop.example', verified: true }, verified, {}],
    [
      'takes a verification back',
      { value: 'ada@shop.example', verified: false, status: 'completed', verified_at: '2026-01-01T00:00:00Z' },
      verified,
      { verified: false, status: 'pending', verifiedAt: undefined, updatedAt: now },
    ],
    [
      'tells that a mail went out',
      { value: 'ada@shop.example', status: 'sent' },
      pending,
      { status: 'sent', updatedAt: now },
    ],
    ['counts for nothing elsewhere', { value: 'eve@shop.example', verified: true }, pending, {}],
    ['counts for nothing on another channel', { value: 'ada@shop.example', via: 'sms', verified: true }, pending, {}],
  ])('%s', (_what, entry, address, changed) => {
    expect(said(entry, address)).toEqual({ ...address, ...changed });
  });

  test.each<[string, Json]>([
    ['no list', { value: 'a' }],
    ['an entry that is no object', ['ada@shop.example']],
    ['no value', [{ verified: true }]],
    ['a flag that is a text', [{ value: 'a', verified: 'true' }]],
    ['an unknown status', [{ value: 'a', status: 'lost' }]],
    ['a time that is none', [{ value: 'a', verified: true, verified_at: 'soon' }]],
    ['an unknown member', [{ value: 'a', owner: 'b' }]],
  ])('is refused for %s', (_what, entries) => {
    expect(() => readSaidAddresses(entries)).toThrow(expect.objectContaining({ code: 'bad_request' }));
  });
});
