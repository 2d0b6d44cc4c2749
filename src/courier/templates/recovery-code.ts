import type { TemplateParts } from '../template-parts.ts';
import { piece, within } from './layout.ts';
import { recoveryInvalid } from './recovery.ts';

const footer =
  'If you did not ask for this, do nothing: your account stays as it is. We never ask for the code; tell it to no one.';

export const recoveryCodeValid: TemplateParts = {
  subject: '<%= it.recovery_code %> is your recovery code',
  text: `Hello,

someone, hopefully you, asked for a way back into your account at <%= it.site %>. The code is

    <%= it.recovery_code %>

Enter it${within} on the page where you asked for it.

${footer}`,
  html: piece.frame(
    { heading: 'Get back into your account', preview: 'The code you asked for.', footer },
    piece.paragraph(
      `Someone, hopefully you, asked for a way back into your account at <%= it.site %>. Enter this code${within} on the page where you asked for it.`,
    ),
    piece.code('<%= it.recovery_code %>'),
  ),
  // The wire names the code of the text message otherwise; both are taken.
  sms: `<%= it.verification_code ?? it.recovery_code %> is your code to recover your account at <%= it.site %>. Tell it to no one.
<% if (it.request_url_domain) { %>
@<%= it.request_url_domain %> #<%= it.verification_code ?? it.recovery_code %>
<% } %>`,
};

export const recoveryCodeInvalid: TemplateParts = recoveryInvalid;
