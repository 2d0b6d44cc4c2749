import { belongsToSession, type FlowRow } from '../../flow/flow.ts';
import { must } from '../../kernel/error.ts';
import type { FlowId, IdentityId, SessionId } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { OpenRequest } from '../contract.ts';
import type { CompiledFlow } from '../machine/compiled-flow.ts';
import { freeze, openFlow } from '../machine/snapshot.ts';
import type { Runner } from '../parts.ts';

/** What a row is made from: a route's request, and what only the engine sets. */
export interface Beginning extends OpenRequest {
  readonly identityId?: IdentityId | undefined;
  readonly sessionId?: SessionId | undefined;
}

/** A flow the server itself starts, past its `before` hooks, on the page its opening leads to: a row, not stored yet. */
export function openAt(
  runner: Pick<Runner, 'flows' | 'config' | 'clock' | 'random'>,
  beginning: Beginning & { readonly values?: JsonObject },
): FlowRow {
  const { kind, opening, values = {}, messages = [] } = beginning;
  const flow = must(runner.flows.get(kind), `Machine of ${kind}`);
  const at = openFlow(flow, { type: opening, values, messages });
  return { ...newRow(runner, flow, beginning), ...freeze(at) };
}

/** A row that has not moved yet. */
export function newRow(
  { config, clock, random }: Pick<Runner, 'config' | 'clock' | 'random'>,
  flow: CompiledFlow,
  beginning: Beginning,
): FlowRow {
  const { kind, type, requestUrl, csrf, requester, refresh = false, requestedAal = 'aal1' } = beginning;
  const now = clock.now();
  const lifespan = kind === 'logout' ? 0 : config.flows[kind].lifespan;
  return {
    id: random.uuidAt(now) as FlowId, // fresh from the generator
    kind,
    type,
    requestUrl,
    csrf,
    identityId:
      beginning.identityId ??
      (belongsToSession({ kind, refresh, requestedAal }) ? requester.session?.identity.id : undefined),
    sessionId: beginning.sessionId,
    schemaId: beginning.schemaId,
    requestedAal,
    refresh,
    shape: flow.shape,
    revision: 1,
    state: 'opening',
    context: {},
    finished: false,
    followDue: undefined,
    busyUntil: undefined,
    issuedAt: now,
    expiresAt: now + lifespan,
    updatedAt: now,
  };
}
