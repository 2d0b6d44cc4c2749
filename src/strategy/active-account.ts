import type { Identity } from '../identity/identity.ts';
import { say } from '../kernel/messages.ts';

/** An account that an administrator has deactivated: its proof may be right, and signs nobody in. */
export const isDeactivated = ({ state }: Pick<Identity, 'state'>): boolean => state !== 'active';

/** Said on the form where the right proof was given; a wrong proof is refused as for any account. */
export const DEACTIVATED = say(4010011);
