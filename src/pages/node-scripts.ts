import type { Node } from '../flow/json.ts';
import { attributes, html, safeUrl, type Html } from './html.ts';

/** The scripts that a flow's nodes name. A browser runs one only if its bytes are those that were promised. */
export function scripts(nodes: readonly Node[]): readonly Html[] {
  return nodes.flatMap(({ attributes: about }) => {
    if (about.node_type !== 'script') return [];
    const { integrity, crossorigin, referrerpolicy, nonce } = about;
    const src = safeUrl(about.src);
    const told = attributes({ src, async: true, integrity, crossorigin, referrerpolicy, nonce });
    return src === undefined ? [] : [html`<script${told}></script>`];
  });
}
