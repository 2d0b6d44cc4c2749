import type { TemplateParts } from '../template-parts.ts';
import { piece } from './layout.ts';

/** A plugin's own words: `subject`, `text` and, if it wrote one, `html`, which is the author's to escape. */
export const plugin: TemplateParts = {
  subject: '<%= it.subject %>',
  text: '<%= it.text %>',
  html: `<% if (it.html) { %><%~ it.html %><% } else { layout('@layout', { heading: it.subject, preview: '', footer: '' }) %>
<% for (const paragraph of String(it.text ?? '').split(/\\n{2,}/)) { %>
${piece.paragraph('<% for (const [i, line] of paragraph.split("\\n").entries()) { %><% if (i > 0) { %><br><% } %><%= line %><% } %>')}
<% } } %>`,
};
