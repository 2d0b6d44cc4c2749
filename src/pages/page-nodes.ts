import type { FlowKind } from '../flow/flow.ts';
import { input, type FlowJson, type Node } from '../flow/json.ts';
import { say } from '../kernel/messages.ts';
import { asksAgain, isInput, resends, type Input } from './form-plan.ts';
import type { Texts } from './texts.ts';

/** The nodes of a flow as a page shows them: what is not on the wire, and what people would not understand as it is there. */
export function pageNodes(kind: FlowKind, { state, ui }: FlowJson, texts: Texts): readonly Node[] {
  switch (kind) {
    case 'settings':
      return ui.nodes.map((node) => (namesKey(node) ? withRequired(node) : node));
    case 'registration':
      // The first key of an account is the only one: it needs no name.
      return relabelled(
        ui.nodes.filter((node) => !namesKey(node) || node.messages.length > 0),
        state,
        texts,
      );
    case 'login':
      return withPasskeyButton(relabelled(ui.nodes, state, texts));
    default:
      return relabelled(ui.nodes, state, texts);
  }
}

/** After a link was sent the same form sends another one; its button says so. */
function relabelled(nodes: readonly Node[], state: string, { sendLinkAgain }: Texts): readonly Node[] {
  if (state !== 'sent_email') return nodes;
  return nodes.map((node) =>
    node.meta.label !== undefined && isInput(node) && asksAgain(node, nodes) && !resends(node)
      ? { ...node, meta: { label: { ...node.meta.label, text: sendLinkAgain } } }
      : node,
  );
}

/** A new key of the settings needs a name, which a browser can ask for before it makes the key. */
const namesKey = (node: Node): node is Input =>
  isInput(node) && node.attributes.name === 'webauthn_register_displayname';
const withRequired = (node: Input): Node => ({ ...node, attributes: { ...node.attributes, required: true } });

const RUN = 'oryPasskeyLogin';

/** On the page for the identifier the wire has a passkey's challenge and no button, for browsers that suggest passkeys. */
function withPasskeyButton(nodes: readonly Node[]): readonly Node[] {
  const has = (name: string): boolean => nodes.some((node) => isInput(node) && node.attributes.name === name);
  const asks = nodes.some(
    (node) => isInput(node) && node.attributes.name === 'identifier' && node.attributes.type !== 'hidden',
  );
  if (!asks || !has('passkey_challenge') || has('passkey_login_trigger')) return nodes;
  return [...nodes, input('passkey', 'passkey_login_trigger', 'button', { label: say(1010021), onclickTrigger: RUN })];
}
