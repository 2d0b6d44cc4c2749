import type { TemplateParts } from '../template-parts.ts';
import { piece, within } from './layout.ts';

const footer = 'If you are not signing up, you can ignore this message: without the code there is no account.';

export const registrationCode: TemplateParts = {
  subject: '<%= it.registration_code %> completes your registration',
  text: `Hello,

someone, hopefully you, is signing up at <%= it.site %> with this address. The code is

    <%= it.registration_code %>

Enter it${within} on the page where you are signing up.

${footer}`,
  html: piece.frame(
    { heading: 'Complete your registration', preview: 'The code that completes it.', footer },
    piece.paragraph(
      `Someone, hopefully you, is signing up at <%= it.site %> with this address. Enter this code${within} on the page where you are signing up.`,
    ),
    piece.code('<%= it.registration_code %>'),
  ),
  sms: `<%= it.registration_code %> completes your registration at <%= it.site %>. Tell it to no one.
<% if (it.request_url_domain) { %>
@<%= it.request_url_domain %> #<%= it.registration_code %>
<% } %>`,
};
