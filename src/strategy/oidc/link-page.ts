import type { MethodName } from '../../config/config.ts';
import { input, type Node } from '../../flow/json.ts';
import { isObject, type JsonObject } from '../../kernel/json.ts';
import { say } from '../../kernel/messages.ts';
import type { PageChange } from '../method-parts.ts';

export interface LinkPageParts {
  /** The methods that sign people in alone. */
  readonly loginMethods: readonly MethodName[];
  /** The ids of the configured providers. */
  readonly providers: readonly string[];
  /** The address of the login page for one flow. */
  loginUrl(flow: string): string;
}

/**
 * The page of a login in which a provider's account waits to be connected: the form everybody signs in with, for the one
 * account whose identifier is known.
 */
export const createLinkPage = (parts: LinkPageParts): PageChange => ({
  messages(page, { id }, { link }) {
    if (page !== 'link' || !isObject(link)) return [];
    const identifier = String(link['identifier']);
    const url = parts.loginUrl(id);
    const context: JsonObject = {
      duplicateIdentifier: identifier,
      duplicate_identifier: identifier,
      provider: String(link['provider']),
      newLoginUrl: url,
      new_login_url: url,
      available_credential_types: parts.loginMethods.toSorted(),
      available_providers: parts.providers.filter((each) => each !== link['provider_id']),
    };
    const { made } = link;
    // JSON by construction: the strategy put it there.
    return [say(1010016, context), ...(isObject(made) ? [say(1900002, made as JsonObject)] : [])];
  },

  /** The identifier is known, so its field is hidden, and the button says that it connects. */
  nodes(nodes, { link }) {
    if (!isObject(link)) return nodes;
    const { at: _node, ...label } = say(1010017);
    const setNew = input('default', 'set_new', 'submit', { value: 'true', label: say(1900011) });
    return [...nodes, ...(isObject(link['made']) ? [setNew] : [])].map((node): Node => {
      const { attributes, meta } = node;
      if (attributes.node_type !== 'input') return node;
      if (attributes.name === 'identifier')
        return { ...node, attributes: { ...attributes, type: 'hidden', value: String(link['identifier']) } };
      return meta.label?.id === 1010001 || meta.label?.id === 1010022 ? { ...node, meta: { label } } : node;
    });
  },
});
