import type { Aal, Identity } from '../identity/identity.ts';
import type { FlowId, IdentityId, SessionId, TokenHash } from '../kernel/id.ts';

export type AuthenticationMethod = {
  /** The method that was proved, or `<method>_recovery`. */
  readonly method: string;
  readonly aal: Aal;
  /** Epoch milliseconds. */
  readonly completedAt: number;
  readonly provider?: string;
};

export interface Device {
  readonly id: string;
  readonly ipAddress: string;
  readonly userAgent: string | undefined;
  readonly location: string;
}

/** A signed-in browser or app. Times in epoch milliseconds. The token is never stored, only its hash. */
export interface Session {
  readonly id: SessionId;
  readonly identityId: IdentityId;
  /** False once revoked. Whether the session is usable also depends on `expiresAt` and on the identity's state. */
  readonly active: boolean;
  readonly issuedAt: number;
  readonly authenticatedAt: number;
  readonly expiresAt: number;
  readonly aal: Aal;
  readonly methods: readonly AuthenticationMethod[];
  readonly devices: readonly Device[];
}

export interface SessionWithIdentity {
  readonly session: Session;
  readonly identity: Identity;
}

export interface SessionReads {
  /** One prepared statement, run by every request with a session. Finds unusable sessions too: the caller decides. */
  findByToken(hash: TokenHash): Promise<SessionWithIdentity | undefined>;
  find(id: SessionId): Promise<SessionWithIdentity | undefined>;
  /** Newest first; `page` counts from 0. `active` means not revoked and not expired at `now`; undefined: all. */
  listOf(
    identity: IdentityId,
    query: {
      readonly active: boolean | undefined;
      readonly now: number;
      readonly except?: SessionId;
      readonly page: number;
      readonly size: number;
    },
  ): Promise<{ readonly items: readonly Session[]; readonly total: number }>;
  /** Newest first, then by id. The page begins after the session `after`. */
  list(query: {
    readonly active: boolean | undefined;
    readonly now: number;
    readonly after: { readonly createdAt: number; readonly id: SessionId } | undefined;
    readonly size: number;
  }): Promise<readonly { readonly session: Session; readonly createdAt: number }[]>;
}

export interface SessionWrites extends SessionReads {
  /**
   * Stores a new session if the identity still has `version` and is active, in one statement; otherwise returns
   * `stale`. Throws `flow_moved` when the flow has issued a session already.
   */
  insert(
    session: Session,
    token: TokenHash,
    identity: { readonly version: number },
    flow: FlowId | undefined,
  ): Promise<'stale' | undefined>;
  /** Changes a session after another factor or a refresh, and its token. Returns `stale` when it is revoked. */
  update(session: Session, token: TokenHash | undefined): Promise<'stale' | undefined>;
  /** Moves the expiry of an active session. True when the session was active. */
  extend(id: SessionId, expiresAt: number): Promise<boolean>;
  /** True when the session was active. */
  revoke(id: SessionId): Promise<boolean>;
  /**
   * Revokes all sessions of the identity except `keep`. Returns how many there are, revoked ones included. `because`: why,
   * for those who watch the transaction, where it is not the act that it belongs to.
   */
  revokeOthers(identity: IdentityId, keep: SessionId | undefined, because?: 'claimed'): Promise<number>;
  /** Deletes all sessions of the identity. Returns how many. */
  deleteOf(identity: IdentityId): Promise<number>;
}
