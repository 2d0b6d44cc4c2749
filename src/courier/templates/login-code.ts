import type { TemplateParts } from '../template.ts';
import { piece, within } from './layout.ts';

const footer = 'If you are not signing in, someone else may be trying to. Never tell anyone this code.';

export const loginCode: TemplateParts = {
  subject: '<%= it.login_code %> is your sign-in code',
  text: `Hello,

your sign-in code is

    <%= it.login_code %>

Enter it${within} on the page where you are signing in.

${footer}`,
  html: piece.frame(
    { heading: 'Your sign-in code', preview: 'The code you asked for.', footer },
    piece.paragraph(`Enter this code${within} on the page where you are signing in.`),
    piece.code('<%= it.login_code %>'),
  ),
  sms: `<%= it.login_code %> is your sign-in code. Never tell anyone.
<% if (it.request_url_domain) { %>
@<%= it.request_url_domain %> #<%= it.login_code %>
<% } %>`,
};
