/** One stylesheet for all pages. A theme replaces the variables at the top. */
export const STYLESHEET = `:root {
  color-scheme: light dark;
  --accent: light-dark(#1f5c4d, #93cdbc);
  --on-accent: light-dark(#fff, #0c1815);
  --accent-soft: light-dark(#dcebe4, #1c3530);
  --ground: light-dark(#f4f4f0, #0f1316);
  --card: light-dark(#fff, #171d21);
  --ink: light-dark(#1a221e, #e9eeec);
  --quiet: light-dark(#566059, #a5b0ab);
  --line: light-dark(#e0e3dc, #2a3338);
  --edge: light-dark(#858f88, #74807c);
  --bad: light-dark(#a11d1d, #ffa69d);
  --bad-soft: light-dark(#fbebe9, #3a1f1e);
  --good: light-dark(#1b6440, #8fd6ac);
  --good-soft: light-dark(#e2f2e8, #17331f);
  --open: light-dark(#7a4b00, #f0c27a);
  --open-soft: light-dark(#fbf0dc, #38290f);
  --round: 0.7rem;
  --font: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
*, ::before, ::after { box-sizing: border-box; }
html { font: 100%/1.55 var(--font); -webkit-text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100dvh; padding: 1.25rem 1rem 3rem; color: var(--ink);
  background: radial-gradient(52rem 26rem at 50% -6rem, var(--accent-soft), transparent) no-repeat var(--ground);
}
header, main { width: 100%; max-width: 25.5rem; margin-inline: auto; }
.wide header, .wide main { max-width: 50rem; }
header { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.5rem 1.5rem; margin-block: clamp(0rem, 4vh, 2.5rem) 1.5rem; }
.wide header { margin-block-start: 0.25rem; }
.narrow header { justify-content: center; }
.brand { display: inline-flex; align-items: center; gap: 0.6rem; color: var(--accent); font-size: 1.2rem; font-weight: 650; letter-spacing: -0.01em; text-decoration: none; }
.brand span { color: var(--ink); }
nav { display: flex; flex-wrap: wrap; gap: 0.15rem; margin-inline: -0.7rem; }
nav a { padding: 0.45rem 0.7rem; border-radius: var(--round); color: var(--quiet); font-weight: 500; text-decoration: none; }
nav a:hover { color: var(--ink); background: var(--accent-soft); }
nav a[aria-current] { color: var(--accent); font-weight: 650; }
.card { margin-block: 1rem; padding: clamp(1.35rem, 5vw, 2.1rem); border: 1px solid var(--line); border-radius: calc(var(--round) * 1.6); background: var(--card); box-shadow: 0 1px 2px rgb(0 0 0 / 4%), 0 12px 32px -12px rgb(0 0 0 / 12%); }
h1, h2 { margin: 0; line-height: 1.2; letter-spacing: -0.018em; text-wrap: balance; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; font-weight: 680; }
h2 { font-size: 1.1rem; font-weight: 650; }
.lead { margin: 0.4rem 0 1.4rem; color: var(--quiet); text-wrap: pretty; }
.who { margin: 0 0 1.4rem; overflow-wrap: anywhere; }
a { color: var(--accent); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.message[autofocus]:focus { outline: none; }
form { margin: 0; }
.field { margin-block: 1.05rem; }
label { display: block; margin-block-end: 0.35rem; font-size: 0.94rem; font-weight: 600; }
label small { margin-inline-start: 0.25rem; color: var(--quiet); font-size: 0.85rem; font-weight: 400; }
.entry { position: relative; }
input:not([type=checkbox], [type=hidden]) { width: 100%; min-height: 2.9rem; padding: 0.55rem 0.8rem; border: 1px solid var(--edge); border-radius: var(--round); background: var(--card); color: inherit; font: inherit; }
input:focus-visible { border-color: var(--accent); outline-offset: 0; }
input:disabled { opacity: 0.65; }
input[aria-invalid] { border-color: var(--bad) !important; box-shadow: inset 0 0 0 1px var(--bad); }
input.code { font: 600 1.35rem var(--mono); letter-spacing: 0.35em; text-align: center; }
.tick { display: grid; grid-template-columns: auto 1fr; gap: 0 0.65rem; align-items: start; }
.tick label { margin: 0; font-weight: 450; }
.tick .hint { grid-column: 2; }
input[type=checkbox] { width: 1.2rem; height: 1.2rem; margin: 0.15rem 0 0; accent-color: var(--accent); }
.hint { margin: 0.35rem 0 0; font-size: 0.9rem; color: var(--quiet); }
.hint span { display: block; }
.hint .error { color: var(--bad); font-weight: 500; }
.message { margin: 0 0 1.2rem; padding: 0.7rem 0.95rem; border-radius: var(--round); border-inline-start: 4px solid var(--accent); background: var(--accent-soft); overflow-wrap: anywhere; }
.message.error { border-color: var(--bad); background: var(--bad-soft); color: var(--bad); }
.message.success { border-color: var(--good); background: var(--good-soft); color: var(--good); }
.buttons { display: grid; gap: 0.7rem; margin-block-start: 1.5rem; }
.buttons .hint { margin-block: -0.35rem 0; }
.card > p:last-child { margin-block-end: 0; }
.buttons.row { display: flex; flex-wrap: wrap; }
button, .button { display: inline-block; min-height: 2.9rem; padding: 0.6rem 1.2rem; border: 1px solid var(--edge); border-radius: var(--round); background: transparent; color: var(--ink); font: 600 1rem/1.5 var(--font); text-align: center; text-decoration: none; cursor: pointer; transition: background-color 120ms, border-color 120ms, filter 120ms; }
button.first, .button:not(.second) { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
button.first:hover, .button:not(.second):hover { filter: brightness(1.12); }
button .letter { display: inline-grid; place-content: center; width: 1.6em; margin-inline-end: 0.6em; border-radius: 0.4em; background: var(--accent-soft); color: var(--accent); font-size: 0.9em; font-weight: 700; }
button.second:hover, .second.button:hover { border-color: var(--accent); background: var(--accent-soft); }
button.danger { border-color: var(--bad); color: var(--bad); }
button.danger:hover { background: var(--bad-soft); }
button.plain { min-height: 0; border-color: transparent; color: var(--accent); text-decoration: underline; text-underline-offset: 0.2em; }
button:disabled, [aria-busy] button { opacity: 0.6; cursor: default; }
.peek { position: absolute; inset-block: 0.3rem; inset-inline: auto 0.3rem; min-height: 0; padding: 0 0.7rem; border: 0; color: var(--accent); font-size: 0.88rem; line-height: 1; }
input:has(+ .peek) { padding-inline-end: 4.5rem; }
.or { display: flex; align-items: center; gap: 0.9rem; margin-block: 1.4rem; color: var(--quiet); font-size: 0.9rem; }
.or::before, .or::after { content: ""; flex: 1; border-block-start: 1px solid var(--line); }
form:not(:has(.field, .text, figure)) .buttons { margin-block-start: 0; }
.others { margin-block-start: 1.4rem; padding-block-start: 1rem; border-block-start: 1px solid var(--line); }
.others summary { padding-block: 0.3rem; color: var(--accent); font-weight: 550; }
.others > form:first-of-type { margin-block-start: 1rem; }
.keys + *, form:has(.keys) + form { margin-block-start: 1rem; }
.keys button { min-height: 2.4rem; padding: 0.3rem 0.9rem; font-size: 0.94rem; }
.buttons .message { margin: 0; }
@media (scripting: none) { [data-run] { display: none; } }
footer { margin-block-start: 1.3rem; color: var(--quiet); text-align: center; }
footer p { margin: 0.5rem 0; }
figure { margin: 0 0 1rem; color: var(--quiet); font-size: 0.92rem; }
figure img { display: block; max-width: 13rem; height: auto; margin-block-end: 0.5rem; border: 1px solid var(--line); border-radius: var(--round); background: #fff; }
.caption { margin: 1rem 0 0.3rem; color: var(--quiet); font-size: 0.92rem; }
code, pre, .codes { font-family: var(--mono); font-size: 0.92em; overflow-wrap: anywhere; }
.secret { margin: 0; padding: 0.6rem 0.8rem; border: 1px dashed var(--edge); border-radius: var(--round); }
.codes { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.5rem, 1fr)); gap: 0.4rem 1rem; margin: 0; padding: 0.9rem; border: 1px dashed var(--edge); border-radius: var(--round); list-style: none; }
.codes .used { grid-column: 1 / -1; color: var(--quiet); }
.keep { margin-block-start: 0.8rem; }
.buttons.keep[hidden] { display: none; }
.keep button { min-height: 2.4rem; padding: 0.3rem 0.9rem; font-size: 0.94rem; }
@media print { body:has(.codes) :is(header, footer, nav, .buttons, .message, .hint, .lead, section:not(:has(.codes)), form:not(:has(.codes))) { display: none; } }
.person { display: flex; flex-wrap: wrap; gap: 1rem 1.4rem; align-items: center; }
.person > div { flex: 1; min-width: 12rem; }
.person .lead { margin: 0; }
.avatar { display: grid; place-items: center; width: 4rem; height: 4rem; margin: 0; border-radius: 50%; background: var(--accent); color: var(--on-accent); font-size: 1.7rem; font-weight: 650; }
.addresses { margin: 0.5rem 0 0; padding: 0; list-style: none; overflow-wrap: anywhere; }
.badge { display: inline-block; padding: 0.05rem 0.6rem; border-radius: 1rem; font-size: 0.82rem; font-weight: 600; white-space: nowrap; }
.badge.good { background: var(--good-soft); color: var(--good); }
.badge.open { background: var(--open-soft); color: var(--open); }
dl { margin: 1rem 0 0; }
dl div { display: grid; grid-template-columns: 9rem 1fr; gap: 0 1rem; padding-block: 0.55rem; border-block-end: 1px solid var(--line); }
dl.small { margin-block-start: 1.8rem; font-size: 0.88rem; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
details { margin-block-start: 1.5rem; }
summary { color: var(--quiet); cursor: pointer; }
.why { margin-block-start: 1.8rem; }
.why pre { max-height: none; white-space: pre-wrap; }
pre { max-height: 26rem; padding: 1rem; overflow: auto; border-radius: var(--round); background: var(--ground); }
.list { margin: 0 0 1rem; padding: 0; list-style: none; }
.list li { display: flex; flex-wrap: wrap; gap: 0.6rem 1rem; align-items: center; justify-content: space-between; padding-block: 0.9rem; border-block-end: 1px solid var(--line); }
.list li:first-child { padding-block-start: 0; }
.list li:last-child { border: 0; }
.list:last-child { margin: 0; }
.list:last-child li:last-child { padding-block-end: 0; }
.list li > div { flex: 1; min-width: 13rem; overflow-wrap: anywhere; }
.list p { margin: 0.1rem 0 0; color: var(--quiet); font-size: 0.92rem; }
.subject { font-weight: 600; }
.status { margin: 0; color: var(--quiet); font: 600 0.95rem var(--mono); }
p.once { margin: 1.2rem 0; padding: 0.8rem 1rem; border: 1px solid var(--line); border-radius: var(--round); font: 600 1.9rem/1.2 var(--mono); letter-spacing: 0.22em; text-align: center; user-select: all; }
code.once { font-size: 1.05rem; font-weight: 600; letter-spacing: 0.12em; user-select: all; }
.letter { padding-block-start: 1.2rem; border-block-start: 1px solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere; }
iframe { width: 100%; height: 34rem; margin-block-start: 1rem; border: 1px solid var(--line); border-radius: var(--round); background: #fff; }
@media (width >= 44rem) {
  .split { display: grid; grid-template-columns: 14rem 1fr; gap: 2.5rem; }
  .split .lead { margin-block-end: 0; font-size: 0.94rem; }
  .split .field:first-of-type, .split form > .text:first-of-type .caption { margin-block-start: 0; }
  .split .buttons { display: flex; flex-wrap: wrap; }
}
@media (width < 30rem) {
  nav a { padding-inline: 0.5rem; font-size: 0.95rem; }
  nav { margin-inline: -0.5rem; gap: 0; }
  dl div { grid-template-columns: 1fr; }
  .list form, .list button, .list + form button { width: 100%; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
@media (forced-colors: active) { .button, button { border-color: ButtonText; } }
`;
