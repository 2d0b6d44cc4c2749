import type { TemplateParts } from '../template-parts.ts';
import { piece } from './layout.ts';

const footer = 'If it was not you, there is nothing to do: nobody got in and nothing was changed.';

/** To the owner of an identifier that somebody tried to register again; that person is told nothing. */
export const accountExists: TemplateParts = {
  subject: 'You already have an account at <%= it.site %>',
  text: `Hello,

someone, perhaps you, tried to sign up at <%= it.site %> with this e-mail address. You already have an account with it:
sign in instead, or recover the account if you no longer know how.

${footer}`,
  html: piece.frame(
    { heading: 'You already have an account', preview: 'Sign in instead of signing up again.', footer },
    piece.paragraph(
      'Someone, perhaps you, tried to sign up at <%= it.site %> with this e-mail address. You already have an account with it.',
    ),
    piece.paragraph('Sign in instead, or recover the account if you no longer know how.'),
  ),
};
