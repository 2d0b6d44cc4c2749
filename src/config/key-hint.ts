import { didYouMean } from '../kernel/did-you-mean.ts';

/** Common misspellings that no release had, with the current key; names that one had are in `schema/former-keys.ts`. */
const RENAMED: Readonly<Record<string, string>> = {
  'selfservice.flows.settings.after.default_redirect_to': 'it is called default_browser_return_url',
  'serve.public.cors.allowed_origin': 'it is called allowed_origins',
  'urls.recovery_ui': 'it is called selfservice.flows.recovery.ui_url',
};

export function hintFor(path: string, name: string, known: readonly string[]): string {
  const renamed = RENAMED[path];
  if (renamed !== undefined) return renamed;
  const near =
    name === 'default_redirect_to' && known.includes('default_return_to')
      ? 'default_return_to'
      : didYouMean(name, known);
  if (near !== undefined) return `did you mean \`${near}\`?`;
  const shown = known.slice(0, 12).join(', ');
  return known.length === 0 ? 'remove it' : `known here: ${shown}${known.length > 12 ? ', …' : ''}`;
}
