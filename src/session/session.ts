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
  /** When a request used it last, as far as that is written down; undefined: not since its last proof. */
  readonly lastSeenAt: number | undefined;
  readonly aal: Aal;
  readonly methods: readonly AuthenticationMethod[];
  readonly devices: readonly Device[];
}

export interface SessionWithIdentity {
  readonly session: Session;
  readonly identity: Identity;
}

/** A moment, and since when a session must have been used to be active then; undefined: it may be unused. */
export interface SessionMoment {
  readonly now: number;
  readonly usedSince: number | undefined;
}

export interface SessionReads {
  /** One prepared statement, run by every request with a session. Finds unusable sessions too: the caller decides. */
  findByToken(hash: TokenHash): Promise<SessionWithIdentity | undefined>;
  find(id: SessionId): Promise<SessionWithIdentity | undefined>;
  /**
   * The addresses from which the account has signed in since then, by its newest 100 sessions, ended ones included; none from
   * before the account's `devicesSince`. One statement, the same for an account that nobody has.
   */
  signedInFrom(identity: IdentityId, since: number): Promise<readonly string[]>;
  /**
   * Newest first; `page` counts from 0. `active` means not revoked, and at that moment neither expired nor unused for too
   * long; undefined: all.
   */
  listOf(
    identity: IdentityId,
    query: SessionMoment & {
      readonly active: boolean | undefined;
      readonly except?: SessionId;
      readonly page: number;
      readonly size: number;
    },
  ): Promise<{ readonly items: readonly Session[]; readonly total: number }>;
  /** Newest first, then by id. The page begins after the session `after`. */
  list(
    query: SessionMoment & {
      readonly active: boolean | undefined;
      readonly after: { readonly createdAt: number; readonly id: SessionId } | undefined;
      readonly size: number;
    },
  ): Promise<readonly { readonly session: Session; readonly createdAt: number }[]>;
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
  /** Writes down that an active session was used `now`, unless a use after `before` is written down already. */
  seen(id: SessionId, now: number, before: number): Promise<void>;
  /** Moves the expiry of an active session. True when the session was active. */
  extend(id: SessionId, expiresAt: number): Promise<boolean>;
  /** True when the session was active. */
  revoke(id: SessionId): Promise<boolean>;
  /**
   * Revokes all sessions of the identity except `keep`. Returns how many there are, revoked ones included. `because`: why,
   * for those who watch the transaction, where it is not the act that it belongs to.
   */
  revokeOthers(identity: IdentityId, keep: SessionId | undefined, because?: 'claimed'): Promise<number>;
  /**
   * Waits until no other transaction issues a session for the identity, so that what is read next stays as it is until
   * this one ends.
   */
  lock(identity: IdentityId): Promise<void>;
  /** Revokes active sessions of the identity, the oldest first, until `keep` and `most - 1` others are left. Returns which. */
  endOldest(
    identity: IdentityId,
    query: SessionMoment & { readonly most: number; readonly keep: SessionId },
  ): Promise<readonly SessionId[]>;
  /** Deletes all sessions of the identity. Returns how many. */
  deleteOf(identity: IdentityId): Promise<number>;
  /** Ends sessions of many people at once, at most `most` of them. */
  endMany(these: ManySessions, how: 'disable' | 'delete', most: number): Promise<readonly EndedSession[]>;
}

/** Sessions by their ids, those of people by theirs, or all there are. */
export type ManySessions =
  { readonly sessions: readonly SessionId[] } | { readonly identities: readonly IdentityId[] } | 'all';

export interface EndedSession {
  readonly id: SessionId;
  readonly identityId: IdentityId;
  /** It was not revoked before. Disabling ends no others. */
  readonly active: boolean;
}
