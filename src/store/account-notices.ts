import type { About } from '../event/catalogue.ts';
import type { Committing } from '../event/security-events.ts';
import type { Watched } from './watch-accounts.ts';

/** Who changes an account, and for whom its sessions end. */
export interface Changer {
  readonly by: 'self' | 'admin' | 'recovery';
  readonly about: About;
  /** Why a session that is named ends, and why those of an account do. */
  readonly ends: { readonly one: Cause; readonly others: Cause };
}
export type Cause = 'logout' | 'self' | 'hook' | 'replaced' | 'admin' | 'claimed';

/** Tells operators what happens to an account. */
export interface AccountNotices {
  /** The transaction, which tells of what is changed in it; after its commit. */
  watching<U extends Watched & Committing>(unit: U, changer: Changer): U;
}
