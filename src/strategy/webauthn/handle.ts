import type { IdentityId } from '../../kernel/id.ts';

/** The user handle of whoever got an account before their first key: the 16 bytes of its id, which is random (security WA-4). */
export const identityHandle = (id: IdentityId): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');
