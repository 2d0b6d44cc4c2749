import { describe, expect, test } from 'vitest';

import type { Aal } from '../identity/identity.ts';
import type { IdentityId, SessionId } from '../kernel/id.ts';
import { aalOf, strongEnough } from './aal.ts';
import { sessionJson } from './json.ts';
import { extendable, live, momentOf, privileged, usable, writesUse } from './lifetime.ts';
import type { AuthenticationMethod, Session } from './session.ts';

const now = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const by = (method: AuthenticationMethod['method'], aal: Aal): AuthenticationMethod => ({
  method,
  aal,
  completedAt: now,
});
const session: Session = {
  id: 's' as SessionId,
  identityId: 'i' as IdentityId,
  active: true,
  issuedAt: now,
  authenticatedAt: now,
  expiresAt: now + 1_000,
  lastSeenAt: undefined,
  aal: 'aal1',
  methods: [{ ...by('oidc', 'aal1'), provider: 'workid' }],
  devices: [{ id: 'd', ipAddress: '127.0.0.1', userAgent: undefined, location: '' }],
};

test.each<[readonly AuthenticationMethod[], Aal]>([
  [[], 'aal0'],
  [[by('password', 'aal1')], 'aal1'],
  [[by('totp', 'aal2')], 'aal1'],
  [[by('password', 'aal1'), by('totp', 'aal2')], 'aal2'],
  [[by('password', 'aal1'), by('password', 'aal1')], 'aal1'],
])('methods %j make %s', (methods, expected) => {
  expect(aalOf(methods)).toBe(expected);
});

test.each<[Aal, Aal, 'aal1' | 'highest_available', boolean]>([
  ['aal2', 'aal2', 'highest_available', true],
  ['aal1', 'aal2', 'highest_available', false],
  ['aal1', 'aal1', 'highest_available', true],
  ['aal1', 'aal2', 'aal1', true],
  ['aal0', 'aal0', 'aal1', false],
])('%s with %s available, %s required: %s', (has, available, required, expected) => {
  expect(strongEnough(has, available, required)).toBe(expected);
});

describe('a session', () => {
  test('is usable until it is revoked, over, or its person is locked out', () => {
    const at = (time: number) => momentOf({ inactivity: 0 }, time);
    expect(usable(session, { state: 'active' }, at(now))).toBe(true);
    expect(usable(session, { state: 'active' }, at(now + 1_000))).toBe(false);
    expect(usable({ ...session, active: false }, { state: 'active' }, at(now))).toBe(false);
    expect(usable(session, { state: 'inactive' }, at(now))).toBe(false);
  });

  test.each([
    ['the last proof', undefined, 30 * MINUTE - 1, true],
    ['the last proof, for too long', undefined, 30 * MINUTE, false],
    ['a later use', 20 * MINUTE, 50 * MINUTE - 1, true],
    ['a later use, for too long', 20 * MINUTE, 50 * MINUTE, false],
  ])('is live as long as it was used since %s', (_, seen, later, expected) => {
    const lastSeenAt = seen === undefined ? undefined : now + seen;
    const used = { ...session, expiresAt: now + 1_000 * MINUTE, lastSeenAt };
    expect(live(used, momentOf({ inactivity: 30 * MINUTE }, now + later))).toBe(expected);
    expect(live(used, momentOf({ inactivity: 0 }, now + later))).toBe(true);
  });

  test.each([
    ['nothing, where no session ends by it', 0, 60, undefined],
    ['nothing, five minutes after the last one', 30, 4, undefined],
    ['a use every five minutes', 30, 5, 0],
    ['uses so near that none ends between two', 4, 2, 0],
  ])('of its uses is written down: %s', (_, inactivity, later, before) => {
    const at = now + later * MINUTE;
    const expected = before === undefined ? undefined : now + before;
    expect(writesUse(session, { inactivity: inactivity * MINUTE }, at)).toBe(expected);
  });

  test('may be extended only near its end, if the configuration says so', () => {
    expect(extendable(session, { earliestExtend: 500 }, now)).toBe(false);
    expect(extendable(session, { earliestExtend: 500 }, now + 501)).toBe(true);
  });

  test('is privileged for a while, or always', () => {
    expect(privileged(session, 10, now + 9)).toBe(true);
    expect(privileged(session, 10, now + 10)).toBe(false);
    expect(privileged(session, 0, now + 1e9)).toBe(true);
  });

  test('is shown without its token and with the view of its person', () => {
    const identity = { id: 'i', state: 'active' };
    expect(sessionJson(session, identity, now)).toEqual({
      id: 's',
      active: true,
      expires_at: '2026-01-01T00:00:01.000Z',
      authenticated_at: '2026-01-01T00:00:00.000Z',
      authenticator_assurance_level: 'aal1',
      authentication_methods: [
        { method: 'oidc', aal: 'aal1', completed_at: '2026-01-01T00:00:00.000Z', provider: 'workid' },
      ],
      issued_at: '2026-01-01T00:00:00.000Z',
      identity,
      devices: [{ id: 'd', ip_address: '127.0.0.1', user_agent: null, location: '' }],
    });
    expect(sessionJson(session, null, now)['identity']).toBeNull();
    expect(sessionJson(session, { ...identity, state: 'inactive' }, now)['active']).toBe(false);
    expect(sessionJson(session, identity, now + 1_000)['active']).toBe(false);
  });
});
