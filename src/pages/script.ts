/** The optional script: prevents a second submit during the first, and shows a password on request. */
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
`;
