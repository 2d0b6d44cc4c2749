import type { FlowRow } from '../flow/flow.ts';
import type { Node } from '../flow/json.ts';
import { isObject, type JsonObject } from '../kernel/json.ts';
import type { Message } from '../kernel/message.ts';
import { say } from '../kernel/messages.ts';
import { flowUrl } from './view/return-to.ts';
import type { ViewParts } from './parts.ts';

/** What a login page says that proves the local account before a provider's account is connected (security OI-7). */
export function linkMessage({ config, strategies }: ViewParts, row: FlowRow, values: JsonObject): readonly Message[] {
  const { link } = values;
  if (!isObject(link)) return [];
  const identifier = String(link['identifier']);
  const url = flowUrl(config.flows.login.uiUrl, row.id);
  const types = (strategies.get('login') ?? []).map(({ method }) => method);
  const context: JsonObject = {
    duplicateIdentifier: identifier,
    duplicate_identifier: identifier,
    provider: String(link['provider']),
    newLoginUrl: url,
    new_login_url: url,
    available_credential_types: types.filter((type) => type !== 'identifier_first').sort(),
    available_providers: config.methods.oidc.providers.map(({ id }) => id).filter((id) => id !== link['provider_id']),
  };
  return [say(1010016, context)];
}

/** The form everybody signs in with, for somebody whose identifier is known: it is hidden, and the button says what it does. */
export function connecting(nodes: readonly Node[], { link }: JsonObject): readonly Node[] {
  if (!isObject(link)) return nodes;
  const { at: _node, ...label } = say(1010017);
  return nodes.map((node): Node => {
    const { attributes, meta } = node;
    if (attributes.node_type !== 'input') return node;
    if (attributes.name === 'identifier')
      return { ...node, attributes: { ...attributes, type: 'hidden', value: String(link['identifier']) } };
    return meta.label?.id === 1010001 || meta.label?.id === 1010022 ? { ...node, meta: { label } } : node;
  });
}
