/**
 * The optional script: prevents a second submit during the first, shows a password on request, copies, prints and saves backup
 * codes, and binds buttons to the script for passkeys and security keys, because the content policy runs no attributes. Challenges are renewed while the page is open.
 */
export const SCRIPT = `'use strict';
addEventListener('submit', (event) => {
  const form = event.target;
  if (form.dataset.busy) return event.preventDefault();
  form.dataset.busy = 'yes';
  form.setAttribute('aria-busy', 'true');
});
addEventListener('pageshow', () => {
  for (const form of document.forms) {
    delete form.dataset.busy;
    form.removeAttribute('aria-busy');
  }
});
for (const input of document.querySelectorAll('input[type=password]')) {
  const toggle = document.createElement('button');
  toggle.type = 'button';
  toggle.className = 'peek';
  const show = (shown) => {
    input.type = shown ? 'text' : 'password';
    toggle.textContent = shown ? 'Hide' : 'Show';
    toggle.setAttribute('aria-pressed', String(shown));
  };
  toggle.setAttribute('aria-label', 'Show what is typed');
  toggle.addEventListener('click', () => show(input.type === 'password'));
  input.form?.addEventListener('submit', () => show(false));
  show(false);
  input.after(toggle);
}
const keeps = {
  copy: async (codes, button, texts) => {
    await navigator.clipboard.writeText(codes);
    button.textContent = texts.copied;
  },
  print: () => print(),
  save: (codes, button, texts) => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([codes + '\\n'], { type: 'text/plain' }));
    link.download = texts.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  },
};
for (const bar of document.querySelectorAll('.keep')) {
  const codes = () => [...bar.closest('.text').querySelectorAll('.codes li:not(.used)')].map((li) => li.textContent.trim()).join('\\n');
  for (const button of bar.querySelectorAll('[data-keep]')) {
    // Without a safe connection a browser has no clipboard.
    button.hidden = button.dataset.keep === 'copy' && !navigator.clipboard;
    button.addEventListener('click', () => void keeps[button.dataset.keep](codes(), button, bar.dataset));
  }
  bar.hidden = false;
}
const triggers = document.querySelectorAll('button[data-run]');
const bind = () => {
  for (const button of triggers) {
    button.disabled = false;
    button.addEventListener('click', () => window[button.dataset.run]?.());
    // Enter asks for a key where the form has no button that sends it.
    button.form?.addEventListener('keydown', (event) => {
      const sends = button.form.querySelector('button:not([type=button])');
      if (event.key !== 'Enter' || sends || event.target.tagName !== 'INPUT') return;
      event.preventDefault();
      button.click();
    });
  }
  for (const input of document.querySelectorAll('input[data-load]')) window[input.dataset.load]?.();
};
const CHALLENGES = ['passkey_create_data', 'webauthn_register_trigger', 'webauthn_login_trigger'];
const renew = async () => {
  if (document.hidden) return;
  const answer = await fetch(location.href);
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const name of CHALLENGES) {
    const [old, other] = [document, fresh].map((page) => page.querySelector('[name=' + name + ']'));
    if (old && other) old.value = other.value;
  }
};
if (triggers.length > 0 || document.querySelector('input[data-load]')) {
  if (window.__oryWebAuthnInitialized) bind();
  else addEventListener('oryWebAuthnInitialized', bind, { once: true });
  if (!window.PublicKeyCredential)
    for (const hint of document.querySelectorAll('[data-unsupported]')) hint.hidden = false;
}
if (CHALLENGES.some((name) => document.querySelector('[name=' + name + ']'))) {
  const again = () => void renew().catch(() => undefined);
  setInterval(again, 120_000);
  document.addEventListener('visibilitychange', again);
}
`;
