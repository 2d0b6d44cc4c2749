/**
 * The frame of every HTML mail: tables and inline style, because mail programs know little else; the style block only
 * adds dark colours where a program reads it. The first blank cell is the preview line of an inbox.
 */
export const layout = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title><%= it.subject %></title>
<style>
:root { color-scheme: light dark; }
@media (max-width: 480px) {
  .around { padding: 16px 8px !important; }
  .card { padding: 24px 20px !important; }
}
@media (prefers-color-scheme: dark) {
  .page { background: #12161c !important; }
  .card { background: #1b212b !important; border-color: #2e3744 !important; }
  .ink { color: #e8ecf2 !important; }
  .quiet { color: #a3adbb !important; }
  .code { background: #12161c !important; border-color: #3a4657 !important; color: #e8ecf2 !important; }
  .button { background: #7fb4a5 !important; color: #0d1714 !important; }
  .link { color: #8fc7b7 !important; }
}
</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f3f4f1">
<div style="display:none;max-height:0;overflow:hidden"><%= it.preview %></div>
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f3f4f1">
<tr><td class="around" align="center" style="padding:32px 16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:520px">
<tr><td class="quiet" style="padding:0 8px 14px;font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:15px;font-weight:600;color:#5c665f"><%= it.site %></td></tr>
<tr><td class="card" style="background:#fff;border:1px solid #dfe2dc;border-radius:14px;padding:32px;font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
<h1 class="ink" style="margin:0 0 16px;font-size:22px;line-height:1.3;font-weight:650;color:#1c2420"><%= it.heading %></h1>
<%~ it.body %>
</td></tr>
<tr><td class="quiet" align="center" style="padding:20px 8px 0;font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:13px;line-height:1.5;color:#5c665f"><%= it.footer %></td></tr>
</table>
</td></tr>
</table>
</body>
</html>`;

const PARAGRAPH = 'margin:0 0 16px;font-size:16px;line-height:1.55;color:#1c2420';

/** The pieces mails are put together from. Each takes eta source, so what it shows is escaped where it is shown. */
export const piece = {
  frame: (
    words: { readonly heading: string; readonly preview: string; readonly footer: string },
    ...body: readonly string[]
  ): string =>
    `<% layout('@layout', { heading: ${JSON.stringify(words.heading)}, preview: ${JSON.stringify(words.preview)}, footer: ${JSON.stringify(words.footer)} }) %>\n${body.join('\n')}`,
  paragraph: (text: string): string => `<p class="ink" style="${PARAGRAPH}">${text}</p>`,
  code: (text: string): string =>
    `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 20px"><tr><td class="code" align="center" style="padding:18px 12px;border:1px solid #dfe2dc;border-radius:10px;background:#f3f4f1;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:32px;line-height:1.2;font-weight:600;letter-spacing:6px;text-indent:6px;color:#1c2420;-webkit-user-select:all;user-select:all">${text}</td></tr></table>`,
  button: (url: string, text: string): string =>
    `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:4px 0 24px"><tr><td><a class="button" href="${url}" style="display:inline-block;padding:13px 22px;border-radius:10px;background:#1f5c4d;color:#fff;font-size:16px;font-weight:600;text-decoration:none">${text}</a></td></tr></table>`,
  address: (url: string): string =>
    `<p class="quiet" style="margin:0;font-size:13px;line-height:1.5;color:#5c665f">If the button does nothing, open this address:<br><a class="link" href="${url}" style="color:#1f5c4d;word-break:break-all">${url}</a></p>`,
  quiet: (text: string): string =>
    `<p class="quiet" style="margin:0;font-size:14px;line-height:1.5;color:#5c665f">${text}</p>`,
} as const;

/** Eta source for "within 15 minutes", or nothing where the time is not told. */
export const within = `<% if (it.expires_in_minutes) { %> within <%= it.expires_in_minutes %> <%= it.expires_in_minutes === 1 ? 'minute' : 'minutes' %><% } %>`;
