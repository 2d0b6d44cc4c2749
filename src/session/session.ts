import type { Aal, Identity } from '../identity/identity.ts';
import type { FlowId, IdentityId, SessionId, TokenHash } from '../kernel/id.ts';

export type AuthenticationMethod = {
  readonly method:
    | 'password'
    | 'oidc'
    | 'code'
    | 'totp'
    | 'lookup_secret'
    | 'webauthn'
    | 'passkey'
    | 'link_recovery'
    | 'code_recovery';
  readonly aal: Aal;
  /** Milliseconds. */
  readonly completedAt: number;
  readonly provider?: string;
};

export interface Device {
  readonly id: string;
  readonly ipAddress: string;
  readonly userAgent: string | undefined;
  readonly location: string;
}

/** A signed-in browser or app. Times in milliseconds. The token itself is never stored. */
export interface Session {
  readonly id: SessionId;
  readonly identityId: IdentityId;
  /** The stored flag; whether it is usable also depends on `expiresAt` and the identity's state. */
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
  /** The hot path: one prepared statement. Any state: the caller decides what is usable. */
  findByToken(hash: TokenHash): Promise<SessionWithIdentity | undefined>;
  find(id: SessionId): Promise<SessionWithIdentity | undefined>;
  /** Newest first. `active` as stored flag and not expired at `now`; undefined: all. */
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
  /** Newest first (created, id), keyset. */
  list(query: {
    readonly active: boolean | undefined;
    readonly now: number;
    readonly after: { readonly createdAt: number; readonly id: SessionId } | undefined;
    readonly size: number;
  }): Promise<readonly { readonly session: Session; readonly createdAt: number }[]>;
}

export interface SessionWrites extends SessionReads {
  /**
   * Stores a new session if the identity still has `version` and is active, in one statement.
   * `flow` is unique: one flow issues one session.
   */
  insert(
    session: Session,
    token: TokenHash,
    identity: { readonly version: number },
    flow: FlowId | undefined,
  ): Promise<'stale' | undefined>;
  /** Another factor or a refresh: what the value says, and the new token in place of the old. */
  update(session: Session, token: TokenHash | undefined): Promise<'stale' | undefined>;
  /** Extends if still active; true when it was. */
  extend(id: SessionId, expiresAt: number): Promise<boolean>;
  /** Marks inactive; true when there was an active one. */
  revoke(id: SessionId): Promise<boolean>;
  /** All of the identity but `keep`; how many there were, inactive ones included. */
  revokeOthers(identity: IdentityId, keep: SessionId | undefined): Promise<number>;
  /** Removes the rows; how many. */
  deleteOf(identity: IdentityId): Promise<number>;
}
