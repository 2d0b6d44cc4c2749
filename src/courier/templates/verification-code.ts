import type { TemplateParts } from '../template-parts.ts';
import { piece, within } from './layout.ts';
import { verificationInvalid } from './verification.ts';

const footer =
  'If you did not ask for this, you can ignore this message: someone else typed your address, and without the code it stays unconfirmed.';

export const verificationCodeValid: TemplateParts = {
  subject: '<%= it.verification_code %> confirms your e-mail address',
  text: `Hello,

someone, hopefully you, gave this address at <%= it.site %>. The code is

    <%= it.verification_code %>

Enter it${within} to confirm that this address is yours.
<% if (it.verification_url) { %>
Or open this link, where it is filled in for you:

<%= it.verification_url %>

<% } %>

${footer}`,
  html: piece.frame(
    { heading: 'Confirm your e-mail address', preview: 'Your code, and a link where it is filled in for you.', footer },
    piece.paragraph(
      `Someone, hopefully you, gave this address at <%= it.site %>. Enter this code${within} to confirm that it is yours.`,
    ),
    piece.code('<%= it.verification_code %>'),
    '<% if (it.verification_url) { %>',
    piece.button('<%= it.verification_url %>', 'Confirm address'),
    piece.address('<%= it.verification_url %>'),
    '<% } %>',
  ),
  sms: `<%= it.verification_code %> is your code to confirm this number at <%= it.site %>.
<% if (it.request_url_domain) { %>
@<%= it.request_url_domain %> #<%= it.verification_code %>
<% } %>`,
};

export const verificationCodeInvalid: TemplateParts = verificationInvalid;
