import type { FlowRow } from '../../flow/flow.ts';
import type { Wire } from '../../flow/flow-grammar.ts';
import { hidesTyping, type Node } from '../../flow/json.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { shownReturnTo } from './return-to.ts';
import type { Methods } from '../../strategy/registry.ts';
import { render } from './flow-json.ts';
import type { CompiledFlow, Position } from '../machine/compiled-flow.ts';
import { advance, freeze, thaw } from '../machine/snapshot.ts';
import type { ViewParts } from '../parts.ts';
import type { Identity } from '../../identity/identity.ts';
import type { FlowRequest } from '../values.ts';

/**
 * The flow as clients see it, for hooks: with the form that the submit came from, the method that was chosen, and without
 * the token that protects the form. A flow that is being opened shows the page it will stand on; one whose work is done
 * says so.
 */
export function hookView(
  runner: ViewParts,
  { row, requester, transientPayload }: Pick<FlowRequest, 'row' | 'requester' | 'transientPayload'>,
  at: Position,
  identity: Identity | undefined,
): JsonObject {
  // It has no form.
  if (row.kind === 'logout') return withoutForm(runner, row);
  const owner = row.kind === 'settings' ? (identity ?? requester.session?.identity) : identity;
  const flow = runner.machineOf(row);
  const { shown, wire } = viewAt(flow, row, at);
  const rendering = {
    csrfToken: '',
    identity: owner,
    owned: {},
    credentials: [],
    kept: () => undefined,
    begunByMessage: false,
    prefilled: undefined,
  };
  const { ui, active, ...members } = render(runner, row, rendering, shown);
  const chosen = at.context.method ?? active;
  const before = at.step?.do === 'hook' && at.step.list.endsWith('.before');
  // A flow is written as JSON for every client.
  return {
    ...members,
    ...(chosen !== undefined && { active: chosen }),
    ui: { ...ui, nodes: withoutSecrets(runner.methods, ui.nodes) },
    state: wire,
    ...(!before && { transient_payload: transientPayload }),
  } as unknown as JsonObject;
}

/** The page that is shown, and the `state` beside it. */
function viewAt(flow: CompiledFlow, row: FlowRow, at: Position): { readonly shown: Position; readonly wire: Wire } {
  const opening = row.state === 'opening';
  // The reference has marked these as passed when their hooks run.
  const passed = at.phase !== 'prepare' || row.kind === 'verification' || row.kind === 'recovery';
  const end = opening || passed ? endOf(flow, at) : undefined;
  if (end?.rests === true) return { shown: end, wire: end.wire };
  // A flow that another one continues in has no page of its own yet: the one its submit is about.
  const shown = thaw(flow, opening ? { ...freeze(at), state: { [at.page]: 'waiting' }, shape: row.shape } : row);
  return { shown, wire: passed && end !== undefined ? end.wire : shown.wire };
}

/** Where a flow comes to when no step objects. */
function endOf(flow: CompiledFlow, from: Position): Position {
  let at = from;
  while (at.step?.do === 'hook' || at.step?.do === 'store')
    at = advance(flow, at, { type: at.step.do === 'hook' ? 'hook.continue' : 'store.done' });
  return at;
}

function withoutForm(runner: ViewParts, row: FlowRow): JsonObject {
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

/** The nodes a hook may see: without the CSRF token, passwords, and what only the person may have (`personal` methods). */
export function withoutSecrets({ ofGroup }: Pick<Methods, 'ofGroup'>, nodes: readonly Node[]): readonly Node[] {
  return nodes.filter(({ group, attributes }) => {
    if (ofGroup(group)?.personal === true) return false;
    return !(attributes.node_type === 'input' && (attributes.name === 'csrf_token' || hidesTyping(attributes)));
  });
}
