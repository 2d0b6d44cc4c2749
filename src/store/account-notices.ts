import type { OutboxWrites } from '../courier/message.ts';
import type { About } from '../event/catalogue.ts';
import type { Committing } from '../event/security-events.ts';
import type { Identity } from '../identity/identity.ts';
import type { Watched } from './watch-accounts.ts';

/** Who changes an account, and for whom its sessions end. */
export interface Changer {
  readonly by: 'self' | 'admin' | 'recovery';
  readonly about: About;
  /** What is changed belongs to a recovery, of which its owner is told as a whole. */
  readonly recovers: boolean;
  /** Where the request comes from; undefined for an administrator, which is nobody else's business. */
  readonly client: { readonly ip: string; readonly userAgent: string | undefined } | undefined;
  /** Why a session that is named ends, and why those of an account do. */
  readonly ends: { readonly one: Cause; readonly others: Cause };
}
export type Cause = 'logout' | 'self' | 'hook' | 'replaced' | 'admin' | 'claimed';

/** Tells operators and owners what happens to an account. */
export interface AccountNotices {
  /** Watches a transaction for the time that it lasts. */
  watching<U extends Watched & Committing & { readonly outbox: OutboxWrites }>(unit: U, changer: Changer): Watching<U>;
}

export interface Watching<U> {
  /** The transaction, which tells of what is changed in it: operators after its commit, owners by a row of the outbox. */
  readonly unit: U;
  /** Tells the owner that a recovery was used, unless this transaction has told them more already. */
  recovered(before: Identity): Promise<void>;
  /** Tells the owner that a device signed in that the account did not know, likewise. */
  signedIn(before: Identity): Promise<void>;
}
