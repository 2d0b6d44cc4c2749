import type { FlowRow, JournalStep } from '../../flow/flow.ts';
import type { Opening } from '../../flow/flow-grammar.ts';
import type { StartedFlow } from '../../hook/define.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Body } from '../../kernel/body.ts';
import type { IdentityId } from '../../kernel/id.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { Message } from '../../kernel/message.ts';
import type { ReturnUrl } from '../../kernel/return-url.ts';
import type { ContinueWith } from '../../kernel/verdict.ts';
import type { OneTimeSecret } from '../../secret/secret.ts';
import type { PreparedWrites, Strategy, Values } from '../../strategy/strategy.ts';
import type { Diverted, Issued, Outcome, Requester } from '../contract.ts';
import type { Position } from '../machine/snapshot.ts';

/** Belongs to one request, never stored with the flow. */
export interface Submission {
  readonly row: FlowRow;
  readonly requester: Requester;
  readonly body: Body;
  readonly transientPayload: JsonObject;
  strategy: Strategy | undefined;
  sealed: PreparedWrites | undefined;
  /** The flow's person as read, then as stored. */
  identity: Identity | undefined;
  /** Whose flow the row says it is: who a challenge went to, proved or not. */
  owner: IdentityId | undefined;
  /** For the answer: what was just issued, what hooks offered, where to go. */
  issued: Issued | undefined;
  offers: readonly ContinueWith[];
  started: readonly StartedFlow[];
  to: ReturnUrl | undefined;
  diverted: Diverted | undefined;
  /** Where the browser is sent for what was asked: a provider's page. */
  away: string | undefined;
  /** For an app: its browser takes it back. */
  exchange: string | undefined;
  /** The other kind of flow takes it from here. */
  other: { readonly opening: Opening; readonly values: Values } | undefined;
  /** What a strategy learned outside and cannot learn twice. */
  upstream: Json | undefined;
  /** The one-time secret that this submit used up. */
  used: OneTimeSecret | undefined;
  /**
   * A registration whose identifier somebody has, answered like any other: nothing is stored of it, its `identity` exists
   * nowhere, and the owner is told (security EN-2).
   */
  shadow: boolean;
  /** The owner of a taken identifier may be told once more. */
  tells: boolean;
  /** The settings flow that a recovery ends in. */
  settings: FlowRow | undefined;
  /** The flow's own tries at a code are used up. */
  exhausted: boolean;
  /** The flow cannot succeed any more: what the one that takes its place says. */
  restart: readonly Message[] | undefined;
  mailed: boolean;
  /** Asked by `return`: there is no body. */
  returned: boolean;
  asked: boolean;
  refused: boolean;
  steps: JournalStep[];
}

export function submission(
  row: FlowRow,
  requester: Requester,
  body: Body,
  transientPayload: JsonObject = {},
): Submission {
  return {
    row,
    requester,
    body,
    transientPayload,
    strategy: undefined,
    sealed: undefined,
    identity: undefined,
    owner: row.identityId,
    issued: undefined,
    offers: [],
    started: [],
    to: undefined,
    diverted: undefined,
    away: undefined,
    exchange: undefined,
    other: undefined,
    upstream: undefined,
    used: undefined,
    shadow: false,
    tells: false,
    settings: undefined,
    exhausted: false,
    restart: undefined,
    mailed: false,
    returned: false,
    asked: false,
    refused: false,
    steps: [],
  };
}

/** The outcome for the routes: the flow's position and what the answer needs of the submission. */
export function outcome(kind: Outcome['kind'], row: FlowRow, at: Position, request?: Submission): Outcome {
  return {
    kind,
    row,
    page: at.page,
    ended: at.finished,
    method: at.context.method ?? undefined,
    messages: at.context.messages,
    challenged: request?.asked ?? false,
    refused: request?.refused ?? false,
    identity: request?.identity,
    issued: request?.issued,
    offers: request?.offers ?? [],
    started: request?.started ?? [],
    redirectTo: request?.to,
    diverted: request?.diverted,
    providerUrl: request?.away,
    settingsFlow: request?.settings,
    restart: request?.restart,
    exchangeCode: request?.exchange,
    transientPayload: request?.transientPayload ?? {},
  };
}
