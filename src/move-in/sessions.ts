import type { Aal } from '../identity/identity.ts';
import { parseIdentityId, parseSessionId } from '../kernel/id.ts';
import { isObject, type Json } from '../kernel/json.ts';
import { aalOf } from '../session/aal.ts';
import type { AuthenticationMethod, Device } from '../session/session.ts';
import type { TextRow } from '../store/knex/open-source.ts';
import type { KratosSession } from './kratos-rows.ts';
import type { NewSession, Receiving } from './newcomer.ts';
import { isTrue, jsonIn, timeIn } from './values.ts';

/** A session that signs somebody in at `now`; undefined for every other. Nothing of it grows: ends and levels are as they were. */
export function sessionFrom(
  { row, devices }: KratosSession,
  now: number,
  { hashToken }: Pick<Receiving, 'hashToken'>,
): NewSession | undefined {
  const id = parseSessionId(row['id']);
  const identityId = parseIdentityId(row['identity_id']);
  const expiresAt = timeIn(row['expires_at']);
  const token = row['token'] ?? '';
  if (id === undefined || identityId === undefined || token === '') return undefined;
  if (!isTrue(row['active']) || expiresAt === undefined || expiresAt <= now) return undefined;
  const issuedAt = timeIn(row['issued_at']) ?? now;
  const authenticatedAt = timeIn(row['authenticated_at']) ?? issuedAt;
  const methods = methodsIn(row['authentication_methods'], authenticatedAt);
  return {
    token: hashToken(token),
    session: {
      id,
      identityId,
      active: true,
      issuedAt,
      authenticatedAt,
      expiresAt,
      lastSeenAt: undefined,
      aal: methods.length === 0 ? 'aal1' : aalOf(methods),
      methods,
      devices: devices.map(deviceFrom),
    },
  };
}

/** Old rows do not say the level of a method. */
const SECOND: ReadonlySet<string> = new Set(['totp', 'webauthn', 'lookup_secret']);

function methodsIn(text: string | null | undefined, otherwise: number): readonly AuthenticationMethod[] {
  const list = jsonIn(text);
  return (Array.isArray(list) ? (list as readonly Json[]) : []).flatMap((each): readonly AuthenticationMethod[] => {
    if (!isObject(each) || typeof each['method'] !== 'string') return [];
    const { method, aal, completed_at: completed, provider } = each;
    return [
      {
        method,
        aal: levelIn(aal) ?? (SECOND.has(method) ? 'aal2' : 'aal1'),
        completedAt: (typeof completed === 'string' ? timeIn(completed) : undefined) ?? otherwise,
        ...(typeof provider === 'string' && provider !== '' && { provider }),
      },
    ];
  });
}

const levelIn = (value: unknown): Aal | undefined => (value === 'aal1' || value === 'aal2' ? value : undefined);

const deviceFrom = (row: TextRow): Device => ({
  id: row['id'] ?? '',
  ipAddress: row['ip_address'] ?? '',
  userAgent: row['user_agent'] ?? undefined,
  location: row['location'] ?? '',
});
