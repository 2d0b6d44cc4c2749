import type { JsonObject } from '../kernel/json.ts';
import type { AuthenticationMethod, Device, Session } from './session.ts';

/**
 * A session as an answer shows it, never with its token. `identity` is the public view, or null where it is not shown.
 */
export function sessionJson(session: Session, identity: JsonObject | null, now: number): JsonObject {
  const { id, active, expiresAt, authenticatedAt, issuedAt, aal, methods, devices } = session;
  const locked = identity !== null && identity['state'] !== 'active';
  return {
    id,
    active: active && expiresAt > now && !locked,
    expires_at: time(expiresAt),
    authenticated_at: time(authenticatedAt),
    authenticator_assurance_level: aal,
    authentication_methods: methods.map(methodJson),
    issued_at: time(issuedAt),
    identity,
    devices: devices.map(deviceJson),
  };
}

function methodJson({ method, aal, completedAt, provider }: AuthenticationMethod): JsonObject {
  return { method, aal, completed_at: time(completedAt), ...(provider !== undefined && { provider }) };
}

function deviceJson({ id, ipAddress, userAgent, location }: Device): JsonObject {
  return { id, ip_address: ipAddress, user_agent: userAgent ?? null, location };
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
