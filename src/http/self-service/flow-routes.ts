import type { Context } from 'koa';
import type { OpenRequest, Outcome, Requester } from '../../engine/contract.ts';
import type { FlowRow } from '../../flow/flow.ts';
import type { Body } from '../../kernel/body.ts';
import type { Message } from '../../kernel/message.ts';
import type { MessageNumber } from '../../kernel/messages.ts';
import type { HttpContext } from './context.ts';

/** What the routes of one kind of flow do differently from those of the others. */
export interface FlowRoutes {
  readonly kind: 'login' | 'registration' | 'settings' | 'verification' | 'recovery';
  /** Message of the flow that replaces an expired one. */
  readonly expired: MessageNumber;
  /** The error of an expired flow that is fetched has an id. */
  readonly expiredId: boolean;
  /** Message of the flow that replaces a finished one; undefined: a finished flow answers for itself. */
  over?(body: Body): Message;
  /** The answer to whoever got a message that they had not asked for, and said so. */
  disowned?(http: HttpContext, ctx: Context, outcome: Outcome): Promise<void>;
  /** What the flow is opened with; throws when the request may not open one; undefined when the answer is written. */
  open(http: HttpContext, ctx: Context, requester: Requester): Promise<OpenSettings | undefined>;
  /** Runs where there is no such flow: throws when the request may not even know that; true when the answer is written. */
  absent?(http: HttpContext, ctx: Context, requester: Requester): boolean;
  /** Runs before a submit; throws when the request may not submit; true when the answer is written. */
  admit(http: HttpContext, ctx: Context, row: FlowRow, requester: Requester): Promise<boolean>;
  /** Runs before a flow is shown; throws when the request may not see it; true when the answer is written. */
  show(http: HttpContext, ctx: Context, row: FlowRow, requester: Requester): Promise<boolean>;
}

/** What a kind of flow adds to the request that opens it. */
export type OpenSettings = Pick<
  OpenRequest,
  'opening' | 'refresh' | 'requestedAal' | 'schemaId' | 'messages' | 'sendTo'
>;
