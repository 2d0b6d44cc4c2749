import type { FlowRow } from '../../flow/flow.ts';
import type { Outcome } from '../contract.ts';
import type { Passage } from '../journal/journal.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { Position } from '../machine/compiled-flow.ts';
import { thaw } from '../machine/snapshot.ts';
import type { Runner } from '../parts.ts';
import type { FlowRequest, FollowedValues, Prepared, Written } from '../values.ts';
import { accountOf, nothingPrepared, nothingWritten, standing } from '../values.ts';
import { refuses } from './walk.ts';

/** What one request did to a flow: the prepare leg, and what came after it. */
export interface Course {
  readonly request: FlowRequest;
  readonly prepared: Prepared;
  /** Undefined: nothing was written. */
  readonly written: Written | undefined;
}

/** What became of a request that moved its flow: the answer is made of the values of its phases. */
export function outcomeOf(
  { request, prepared, written }: Course,
  row: FlowRow,
  at: Position,
  followed: FollowedValues = { offers: [], redirectTo: undefined },
  refused = refuses(written?.by ?? prepared.by),
): Outcome {
  const { redirectTo, providerUrl, restart, challenged } = prepared.values;
  const { identity, issued, offers, started, diverted, switchedOff, claimed, settingsFlow, exchangeCode } =
    written?.values ?? nothingWritten(prepared.values);
  return {
    ...unmoved('ran', row, at),
    identity,
    issued,
    offers: [...offers, ...followed.offers],
    started,
    redirectTo: followed.redirectTo ?? redirectTo,
    diverted,
    switchedOff,
    exchangeCode,
    providerUrl,
    voided: claimed?.voided ?? [],
    settingsFlow,
    restart,
    transientPayload: request.transientPayload,
    challenged,
    refused,
  };
}

/** What a request finds that did not move its flow. */
export function unmoved(kind: Outcome['kind'], row: FlowRow, at: Position): Outcome {
  return {
    kind,
    row,
    page: at.page,
    ended: at.finished,
    method: at.context.method ?? undefined,
    messages: at.context.messages,
    identity: undefined,
    issued: undefined,
    offers: [],
    started: [],
    redirectTo: undefined,
    diverted: undefined,
    switchedOff: false,
    exchangeCode: undefined,
    providerUrl: undefined,
    voided: [],
    disowned: false,
    settingsFlow: undefined,
    restart: undefined,
    transientPayload: {},
    challenged: false,
    refused: false,
  };
}

/** What of a request goes into the flow's row and journal. */
export function passageOf({ request, prepared, written }: Course): Passage {
  return {
    row: request.row,
    method: request.strategy?.method,
    identityId: accountOf(prepared.values, written?.values),
    sessionId: written?.values.issued?.session.id,
    steps: [...prepared.steps, ...(written?.steps ?? [])],
  };
}

/** A request before its first step. */
export const unprepared = (request: FlowRequest, at: Position): Course => ({
  request,
  prepared: standing(at, nothingPrepared(request)),
  written: undefined,
});

/** What stands there now that another submit has won. */
export async function currentOutcome(runner: Runner, row: FlowRow): Promise<Outcome> {
  const now = await runner.store.flows.find(row.id);
  if (now === undefined) throw new SallyportError('flow_expired', 'The flow has expired.');
  const at = thaw(runner.machineOf(now), now);
  const found = unmoved(at.rests ? 'moved' : 'finished', now, at);
  // The form shows what the other submit has stored.
  const changed = now.kind === 'settings' && now.identityId !== undefined;
  return changed ? { ...found, identity: await runner.store.identities.find(now.identityId) } : found;
}
