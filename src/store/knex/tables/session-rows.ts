import type { Aal } from '../../../identity/identity.ts';
import type { IdentityId, SessionId } from '../../../kernel/id.ts';
import type { Knex } from 'knex';
import type { AuthenticationMethod, Device, Session, SessionMoment } from '../../../session/session.ts';
import { readJson } from '../columns.ts';

/** The columns of a session in a query that joins its identity. */
export interface SessionRow {
  readonly session_id: SessionId;
  readonly identity_id: IdentityId;
  readonly active: number;
  readonly issued_at: number;
  readonly authenticated_at: number;
  readonly expires_at: number;
  readonly last_seen: number | null;
  readonly aal: Aal;
  readonly methods: string;
  readonly devices: string;
}

/** Each column under a name that no column of an identity has, so that one row can hold both. */
export const SESSION_COLUMNS = {
  session_id: 's.id',
  identity_id: 's.identity_id',
  active: 's.active',
  issued_at: 's.issued_at',
  authenticated_at: 's.authenticated_at',
  expires_at: 's.expires_at',
  last_seen: 's.last_seen',
  aal: 's.aal',
  methods: 's.methods',
  devices: 's.devices',
} as const;

/** The session that a row stands for. */
export function sessionOf(row: SessionRow): Session {
  return {
    id: row.session_id,
    identityId: row.identity_id,
    active: row.active === 1,
    issuedAt: row.issued_at,
    authenticatedAt: row.authenticated_at,
    expiresAt: row.expires_at,
    lastSeenAt: row.last_seen ?? undefined,
    aal: row.aal,
    methods: readJson<readonly AuthenticationMethod[]>(row.methods),
    devices: readJson<readonly Device[]>(row.devices),
  };
}

/** The columns of a session that a later factor or a refresh changes. */
export function changing(session: Session): Readonly<Record<string, string | number>> {
  return {
    authenticated_at: session.authenticatedAt,
    expires_at: session.expiresAt,
    aal: session.aal,
    methods: JSON.stringify(session.methods),
    devices: JSON.stringify(session.devices),
  };
}

/** Sessions that are active at a moment, that are not, or all. */
export function which(
  rows: Knex.QueryBuilder,
  active: boolean | undefined,
  { now, usedSince }: SessionMoment,
): Knex.QueryBuilder {
  if (active === undefined) return rows;
  if (active) {
    const lasting = rows.where('s.active', 1).where('s.expires_at', '>', now);
    if (usedSince === undefined) return lasting;
    return lasting.where(
      (either) => void either.where('s.authenticated_at', '>', usedSince).orWhere('s.last_seen', '>', usedSince),
    );
  }
  return rows.where((either) => {
    void either.where('s.active', 0).orWhere('s.expires_at', '<=', now);
    if (usedSince !== undefined)
      void either.orWhere(
        (unused) =>
          void unused
            .where('s.authenticated_at', '<=', usedSince)
            .where((never) => void never.whereNull('s.last_seen').orWhere('s.last_seen', '<=', usedSince)),
      );
  });
}

/** Sessions of everybody: none of somebody who is switched off is active. */
export function ofPeople(sql: Knex, active: boolean | undefined, moment: SessionMoment): Knex.QueryBuilder {
  const all = sql('sessions as s');
  if (active === undefined) return all;
  const known = all.join('identities as i', 'i.id', 's.identity_id');
  if (active) return which(known, true, moment).where('i.state', 'active');
  return known.where((either) => void which(either, false, moment).orWhere('i.state', 'inactive'));
}
