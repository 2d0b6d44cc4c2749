import type { TemplateParts } from '../template-parts.ts';
import { piece, within } from './layout.ts';

const footer =
  'If you are not signing in, someone else typed your address: ignore this message, without the code nobody gets in. We never ask for the code; tell it to no one.';

export const loginCode: TemplateParts = {
  subject: '<%= it.login_code %> is your sign-in code',
  text: `Hello,

someone, hopefully you, is signing in at <%= it.site %>. The code is

    <%= it.login_code %>

Enter it${within} on the page where you are signing in.

${footer}`,
  html: piece.frame(
    { heading: 'Your sign-in code', preview: 'The code you asked for.', footer },
    piece.paragraph(
      `Someone, hopefully you, is signing in at <%= it.site %>. Enter this code${within} on the page where you are signing in.`,
    ),
    piece.code('<%= it.login_code %>'),
  ),
  sms: `<%= it.login_code %> is your code to sign in at <%= it.site %>. Tell it to no one.
<% if (it.request_url_domain) { %>
@<%= it.request_url_domain %> #<%= it.login_code %>
<% } %>`,
};
