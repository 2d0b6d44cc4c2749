import { hidesTyping, type Node } from '../../flow/json.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { shownReturnTo } from './return-to.ts';
import type { Methods } from '../../strategy/registry.ts';
import { render } from './flow-json.ts';
import type { ViewParts } from '../parts.ts';
import type { Identity } from '../../identity/identity.ts';
import type { FlowRequest } from '../values.ts';

/**
 * The flow as clients see it, for hooks: as it stood when the submit came, without the token that protects its form. Before
 * it is opened it has no form yet.
 */
export function hookView(
  runner: ViewParts,
  { row, requester, transientPayload }: Pick<FlowRequest, 'row' | 'requester' | 'transientPayload'>,
  identity: Identity | undefined,
): JsonObject {
  if (row.state === 'opening') {
    const returnTo = shownReturnTo(runner, row);
    return {
      id: row.id,
      type: row.type,
      expires_at: new Date(row.expiresAt).toISOString(),
      issued_at: new Date(row.issuedAt).toISOString(),
      request_url: row.requestUrl,
      ...(returnTo !== undefined && { return_to: returnTo }),
    };
  }
  const owner = row.kind === 'settings' ? (identity ?? requester.session?.identity) : identity;
  const { ui, ...flow } = render(runner, row, { csrfToken: '', identity: owner, owned: {}, prefilled: undefined });
  // A flow is written as JSON for every client.
  return {
    ...flow,
    ui: { ...ui, nodes: withoutSecrets(runner.methods, ui.nodes) },
    transient_payload: transientPayload,
  } as unknown as JsonObject;
}

/** The nodes a hook may see: without the CSRF token, passwords, and what only the person may have (`personal` methods). */
export function withoutSecrets({ ofGroup }: Pick<Methods, 'ofGroup'>, nodes: readonly Node[]): readonly Node[] {
  return nodes.filter(({ group, attributes }) => {
    if (ofGroup(group)?.personal === true) return false;
    return !(attributes.node_type === 'input' && (attributes.name === 'csrf_token' || hidesTyping(attributes)));
  });
}
