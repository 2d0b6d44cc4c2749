import type { Config } from '../config/config.ts';
import type { Node } from '../flow/json.ts';
import { WEBAUTHN_SCRIPT_INTEGRITY, WEBAUTHN_SCRIPT_PATH } from '../flow/webauthn-script.ts';
import type { FlowId } from '../kernel/id.ts';
import { createSigner } from '../secret/sign.ts';

/**
 * Makes the node by which a page loads the script for passkeys and security keys. Its nonce stays with the flow: nodes are drawn
 * anew for each answer, and a page compares them.
 */
export function createWebAuthnScriptNode({
  serve,
  secrets,
}: Pick<Config, 'serve' | 'secrets'>): (flow: FlowId) => Node {
  const signer = createSigner(secrets.cookie, 'webauthn-script');
  return (flow) => ({
    type: 'script',
    group: 'webauthn',
    attributes: {
      src: `${serve.public.baseUrl}${WEBAUTHN_SCRIPT_PATH}`,
      async: true,
      referrerpolicy: 'no-referrer',
      crossorigin: 'anonymous',
      integrity: WEBAUTHN_SCRIPT_INTEGRITY,
      type: 'text/javascript',
      id: 'webauthn_script',
      nonce: uuidOf(signer.sign(Buffer.from(flow))),
      node_type: 'script',
    },
    messages: [],
    meta: {},
  });
}

/** Sixteen bytes written as a UUID of version 8 (RFC 9562, 5.8). */
function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex', 0, 16);
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
