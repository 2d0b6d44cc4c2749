import type { TemplateParts } from '../template-parts.ts';
import { piece, within } from './layout.ts';

const footer =
  'If you did not ask for this, you can ignore this message: someone else typed your address, and without the link it stays unconfirmed.';

export const verificationValid: TemplateParts = {
  subject: 'Confirm your e-mail address',
  text: `Hello,

someone, hopefully you, gave this address at <%= it.site %>. To confirm that it is yours, open this link${within}:

<%= it.verification_url %>


${footer}`,
  html: piece.frame(
    { heading: 'Confirm your e-mail address', preview: 'One click and the address is confirmed.', footer },
    piece.paragraph(
      `Someone, hopefully you, gave this address at <%= it.site %>. To confirm that it is yours, press the button${within}.`,
    ),
    piece.button('<%= it.verification_url %>', 'Confirm address'),
    piece.address('<%= it.verification_url %>'),
  ),
};

export const verificationInvalid: TemplateParts = {
  subject: 'Someone wanted to confirm this address',
  text: `Hello,

someone, perhaps you, asked to confirm this e-mail address at <%= it.site %>. No account there uses it, so there is nothing
to confirm.

If it was you: you may have signed up with another address. Try that one.

If it was not you, you can ignore this message.`,
  html: piece.frame(
    {
      heading: 'There is nothing to confirm',
      preview: 'No account here uses this address.',
      footer: 'If it was not you, you can ignore this message.',
    },
    piece.paragraph(
      'Someone, perhaps you, asked to confirm this e-mail address at <%= it.site %>. No account there uses it.',
    ),
    piece.paragraph('If it was you: you may have signed up with another address. Try that one.'),
  ),
};
