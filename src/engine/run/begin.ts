import type { FlowKind, FlowRow, FlowType } from '../../flow/flow.ts';
import type { Opening } from '../../flow/flow-grammar.ts';
import type { Draft } from '../../kernel/draft.ts';
import { must } from '../../kernel/error.ts';
import type { FlowId, IdentityId, SessionId } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Message } from '../../kernel/message.ts';
import type { ReturnUrl } from '../../kernel/return-url.ts';
import type { CompiledFlow } from '../machine/compile.ts';
import { prepareStep } from './prepare-step.ts';
import { submission, type Asker, type Runner, type Submission } from './submission.ts';
import { advance, freeze, start, type Position } from '../machine/snapshot.ts';
import { journal } from '../journal/journal.ts';
import { walk } from './walk.ts';

export interface Beginning {
  readonly kind: FlowKind;
  readonly type: FlowType;
  /** The configured public URL + path + query. */
  readonly requestUrl: string;
  /** Random half of the CSRF cookie; empty for `api`. */
  readonly csrf: string;
  readonly opening: Opening;
  readonly asker: Asker;
  readonly identityId?: IdentityId | undefined;
  readonly sessionId?: SessionId | undefined;
  readonly schemaId?: string | undefined;
  readonly requestedAal?: 'aal1' | 'aal2';
  readonly refresh?: boolean;
  readonly messages?: readonly Message[];
  readonly values?: JsonObject;
  readonly draft?: Draft | null;
}

export type Begun =
  | { readonly kind: 'flow'; readonly row: FlowRow; readonly at: Position }
  | { readonly kind: 'redirected'; readonly to: ReturnUrl }
  | { readonly kind: 'refused'; readonly messages: readonly Message[] };

/** Opens a flow: its `before` hooks first, a row only when they let it pass. */
export async function begin(runner: Runner, beginning: Beginning): Promise<Begun> {
  const { kind, opening, asker, messages = [], values = {}, draft = null } = beginning;
  const flow = must(runner.flows.get(kind), `Machine of ${kind}`);
  const row = rowFor(runner, flow, beginning);
  const request = submission(row, asker, { kind: 'json', value: {} });
  const opened = advance(flow, start(flow), { type: opening, draft, values, messages });
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
  return { kind: 'flow', row: begun, at };
}

function turnedAway({ to }: Submission, at: Position): Begun {
  if (to !== undefined) return { kind: 'redirected', to };
  return { kind: 'refused', messages: at.context.messages };
}

/** A row that has not moved yet. */
export function rowFor({ config, clock, random }: Runner, flow: CompiledFlow, beginning: Beginning): FlowRow {
  const { kind, type, requestUrl, csrf, asker } = beginning;
  const now = clock.now();
  const lifespan = kind === 'logout' ? 0 : config.flows[kind].lifespan;
  return {
    id: random.uuid() as FlowId, // fresh from the generator
    kind,
    type,
    requestUrl,
    csrf,
    identityId: beginning.identityId ?? (kind === 'settings' ? asker.session?.identity.id : undefined),
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
