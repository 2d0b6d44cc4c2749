import type { FlowRow } from '../../flow/flow.ts';
import { must } from '../../kernel/error.ts';
import type { FlowId, IdentityId, SessionId } from '../../kernel/id.ts';
import type { CompiledFlow } from '../machine/compile.ts';
import { prepareStep } from './prepare-step.ts';
import type { OpenedFlow, OpenRequest } from '../contract.ts';
import type { Runner } from '../parts.ts';
import { submission, type Submission } from './submission.ts';
import { advance, freeze, start, type Position } from '../machine/snapshot.ts';
import { journal } from '../journal/journal.ts';
import { walk } from './walk.ts';

/** What a row is made from: a route's request, and what only the engine sets. */
export interface Beginning extends OpenRequest {
  readonly identityId?: IdentityId | undefined;
  readonly sessionId?: SessionId | undefined;
}

/** Opens a flow: its `before` hooks first, a row only when they let it pass. */
export async function begin(runner: Runner, beginning: OpenRequest): Promise<OpenedFlow> {
  const { kind, opening, requester, messages = [] } = beginning;
  const flow = must(runner.flows.get(kind), `Machine of ${kind}`);
  const row = rowFor(runner, flow, beginning);
  const request = submission(row, requester, { kind: 'json', value: {} });
  const opened = advance(flow, start(flow), { type: opening, draft: null, values: {}, messages });
  const { at } = await walk(flow, request, opened, 'prepare', (state) => prepareStep(runner, flow, request, state));
  if (!at.rests) return turnedAway(request, at);
  const begun = { ...row, ...freeze(at) };
  const { store } = runner;
  if (request.steps.length === 0) await store.flows.start(begun);
  else {
    await store.transaction(async (unit) => {
      await unit.flows.insert(begun);
      await unit.flows.record(journal(runner, request, at));
    });
  }
  return { kind: 'flow', row: begun };
}

function turnedAway({ to }: Submission, at: Position): OpenedFlow {
  if (to !== undefined) return { kind: 'redirected', to };
  return { kind: 'refused', messages: at.context.messages };
}

/** A row that has not moved yet. */
export function rowFor({ config, clock, random }: Runner, flow: CompiledFlow, beginning: Beginning): FlowRow {
  const { kind, type, requestUrl, csrf, requester } = beginning;
  const now = clock.now();
  const lifespan = kind === 'logout' ? 0 : config.flows[kind].lifespan;
  return {
    id: random.uuid() as FlowId, // fresh from the generator
    kind,
    type,
    requestUrl,
    csrf,
    identityId: beginning.identityId ?? (kind === 'settings' ? requester.session?.identity.id : undefined),
    sessionId: beginning.sessionId,
    schemaId: beginning.schemaId,
    requestedAal: beginning.requestedAal ?? 'aal1',
    refresh: beginning.refresh ?? false,
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
