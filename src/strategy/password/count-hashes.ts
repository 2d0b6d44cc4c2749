import { setTimeout as pause } from 'node:timers/promises';
import type { CredentialPlace, IdentityReads } from '../../identity/identity.ts';
import { readHash, type StoredHash } from './stored-hash.ts';

/** Credentials of a page. On SQLite a page is read on the thread that answers requests: it takes about 2 ms. */
const PAGE = 500;
/** Milliseconds between two pages. */
const PAUSE = 10;

export interface CountParts {
  readonly identities: Pick<IdentityReads, 'configsOf'>;
  /** False for a hash that costs too much to be tried. */
  tries(stored: StoredHash): boolean;
  /** Called at the end: so many hashes are not tried, and their people sign in by a message. */
  notTried(people: number): void;
}

/** Goes through all stored password hashes, a page at a time. */
export async function countHashes(
  { identities, tries, notTried }: CountParts,
  note: (stored: StoredHash) => void,
): Promise<void> {
  let dear = 0;
  let after: CredentialPlace | undefined;
  do {
    const { configs, next } = await identities.configsOf('password', { after, size: PAGE });
    for (const { hashed_password: hash } of configs) {
      const stored = typeof hash === 'string' ? readHash(hash) : undefined;
      if (stored === undefined) continue;
      if (tries(stored)) note(stored);
      else dear += 1;
    }
    after = next;
    if (after !== undefined) await pause(PAUSE, undefined, { ref: false });
  } while (after !== undefined);
  notTried(dear);
}
