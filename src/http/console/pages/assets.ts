import { readFileSync } from 'node:fs';
import { DIAGRAM_STYLE } from '../../../diagram/style.ts';
import { asset, type Asset } from '../../../pages/asset.ts';

/** The stylesheet and script of the flows pages; read once, at start. */
export function createLiveAssets(): { readonly style: Asset; readonly script: Asset } {
  const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
  return {
    style: asset('flows', 'css', 'text/css; charset=utf-8', `${DIAGRAM_STYLE}${read('./style.css')}`),
    script: asset('flows', 'js', 'text/javascript; charset=utf-8', read('./client.js')),
  };
}
