import type { TemplateParts } from '../template-parts.ts';
import { piece, within } from './layout.ts';

const footer = 'If you did not ask for this, do nothing: your account stays as it is. Never pass this link on.';

export const recoveryValid: TemplateParts = {
  subject: 'Get back into your account',
  text: `Hello,

someone, hopefully you, asked for a way back into your account at <%= it.site %>. Open this link${within}:

<%= it.recovery_url %>


${footer}`,
  html: piece.frame(
    { heading: 'Get back into your account', preview: 'The link you asked for.', footer },
    piece.paragraph(
      `Someone, hopefully you, asked for a way back into your account at <%= it.site %>. Press the button${within}.`,
    ),
    piece.button('<%= it.recovery_url %>', 'Recover account'),
    piece.address('<%= it.recovery_url %>'),
  ),
};

export const recoveryInvalid: TemplateParts = {
  subject: 'Someone tried to get into an account',
  text: `Hello,

someone, perhaps you, asked to recover an account at <%= it.site %> with this e-mail address. No account there uses it.

If it was you: you may have signed up with another address. Try that one.

If it was not you, you can ignore this message.`,
  html: piece.frame(
    {
      heading: 'No account uses this address',
      preview: 'Someone asked to recover an account with it.',
      footer: 'If it was not you, you can ignore this message.',
    },
    piece.paragraph(
      'Someone, perhaps you, asked to recover an account at <%= it.site %> with this e-mail address. No account there uses it.',
    ),
    piece.paragraph('If it was you: you may have signed up with another address. Try that one.'),
  ),
};
