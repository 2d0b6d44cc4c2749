import type { Strategy } from '../strategy.ts';
import { createAddressLink, type LinkParts } from './address-flow.ts';

/** A way back into an account by a link that was mailed to its recovery address, or handed over by an administrator. */
export const createLinkRecovery = (parts: LinkParts): Strategy =>
  createAddressLink(
    {
      flow: 'recovery',
      purpose: 'recovery_link',
      templates: { known: 'recovery_valid', unknown: 'recovery_invalid' },
      sent: 1060002,
      invalid: 4060004,
      expired: 4060005,
    },
    parts,
  );
