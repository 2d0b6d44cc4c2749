import type { SessionWithIdentity } from '../../../session/session.ts';
import { createUnchangedRows } from '../unchanged-rows.ts';
import { identityOf, type IdentityRow } from './identity-rows.ts';
import { sessionOf, type SessionRow } from './session-rows.ts';

export type SessionWithIdentityRow = SessionRow & IdentityRow;

export const withIdentityOf = (row: SessionWithIdentityRow): SessionWithIdentity => ({
  session: sessionOf(row),
  identity: identityOf(row),
});

/** Sessions that are in use at a time on one server; a few kilobytes each. */
const MOST_UNCHANGED = 1_000;

/** For reads outside of transactions: a session that is asked for over and over is one value until its row changes. */
export const createUnchangedSessions = (): ((token: string, row: SessionWithIdentityRow) => SessionWithIdentity) =>
  createUnchangedRows(withIdentityOf, MOST_UNCHANGED);
