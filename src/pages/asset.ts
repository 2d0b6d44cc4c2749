import { createHash } from 'node:crypto';
import { SCRIPT } from './script.ts';
import { STYLESHEET } from './stylesheet.ts';

/** A file whose address holds a digest of its content, so that it never changes. */
export interface Asset {
  /** `/assets/style.1a2b3c4d5e6f.css`; may be cached for a year. */
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

/** The stylesheet, followed by a theme (CSS, usually a few variables), and the script that no page depends on. */
export function createAssets(theme = ''): { readonly style: Asset; readonly script: Asset } {
  return {
    style: asset('style', 'css', 'text/css; charset=utf-8', theme === '' ? STYLESHEET : `${STYLESHEET}\n${theme}`),
    script: asset('page', 'js', 'text/javascript; charset=utf-8', SCRIPT),
  };
}

export function asset(name: string, ending: string, type: string, body: string): Asset {
  const digest = createHash('sha256').update(body).digest('hex').slice(0, 12);
  return { path: `/assets/${name}.${digest}.${ending}`, type, body };
}
