import type { Strategy } from '../strategy.ts';
import { createAddressLink, type LinkParts } from './address-flow.ts';

/** Proves an address by the link that was mailed to it. */
export const createLinkVerification = (parts: LinkParts): Strategy =>
  createAddressLink(
    {
      flow: 'verification',
      purpose: 'verification_link',
      templates: { known: 'verification_valid', unknown: 'verification_invalid' },
      sent: 1080001,
      invalid: 4070001,
      expired: 4070005,
    },
    parts,
  );
