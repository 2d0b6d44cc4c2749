import { describe, expect, test } from 'vitest';

import type { Aal } from '../identity/identity.ts';
import type { IdentityId, SessionId } from '../kernel/id.ts';
import { aalOf, strongEnough } from './aal.ts';
import { sessionJson } from './json.ts';
import { extendable, privileged, usable } from './lifetime.ts';
import type { AuthenticationMethod, Session } from './session.ts';

const now = Date.UTC(2026, 0, 1);
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
    expect(usable(session, { state: 'active' }, now)).toBe(true);
    expect(usable(session, { state: 'active' }, now + 1_000)).toBe(false);
    expect(usable({ ...session, active: false }, { state: 'active' }, now)).toBe(false);
    expect(usable(session, { state: 'inactive' }, now)).toBe(false);
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
