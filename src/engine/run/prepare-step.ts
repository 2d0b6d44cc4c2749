import type { FlowKind, FlowRow } from '../../flow/flow.ts';
import { isProblem } from '../../identity/schema.ts';
import type { Body } from '../../kernel/body.ts';
import type { Draft } from '../../kernel/draft.ts';
import { SallyportError } from '../../kernel/error.ts';
import { FieldError } from '../../kernel/field-error.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Message } from '../../kernel/message.ts';
import { say, type MessageNumber } from '../../kernel/messages.ts';
import type { Attempt, Strategy, Values } from '../../strategy/strategy.ts';
import type { SubmitTrigger } from '../contract.ts';
import type { Position } from '../machine/compiled-flow.ts';
import { stepAt } from '../machine/snapshot.ts';
import type { PrepareParts } from '../parts.ts';
import { demandSecondFactor } from '../store-steps/changed-factors.ts';
import { mayNotifyOwner } from '../store-steps/hide-taken-identifier.ts';
import { limitMessages } from '../store-steps/limit-messages.ts';
import { withheldProofs } from '../store-steps/limit-proofs.ts';
import { addFailure, makeTry } from '../store-steps/rate-limits.ts';
import { onPage, shownPage } from '../view/shown-page.ts';
import { attemptContext } from './attempt-context.ts';
import { callHook, hookAt, passedBy } from './call-hook.ts';
import { checkedDraft } from './checked-draft.ts';
import { hookOutsideApi } from './hook-outside-api.ts';
import { shownCredential } from './shown-credential.ts';
import type { FlowRun, PreparedValues, StepResult } from '../values.ts';

/** No strategy is responsible: the message of each kind of flow. */
const NO_STRATEGY: Readonly<Record<FlowKind, MessageNumber>> = {
  login: 4010002,
  registration: 4010003,
  settings: 4010004,
  recovery: 4010005,
  verification: 4010006,
  logout: 4010002,
};

/** The strategy a submit is for; strategies are asked in the wire's order. */
export function responsible(
  parts: Pick<PrepareParts, 'config' | 'flows' | 'machineOf' | 'methods' | 'strategies'>,
  row: FlowRow,
  trigger: SubmitTrigger,
  body: Body,
  at: Position,
): Strategy | undefined {
  const strategies = onPage(parts, row, at);
  if (trigger.type === 'return') return strategies.find(({ method }) => method === trigger.method);
  return strategies.find((strategy) => strategy.claims(trigger.method, body, shownPage(parts, row, at)));
}

/** Asks the strategy, or calls a hook, outside any transaction. */
export async function prepareStep(
  parts: PrepareParts,
  run: FlowRun,
  at: Position,
  values: PreparedValues,
): Promise<StepResult<PreparedValues>> {
  return stepAt(at).do === 'hook' ? askHook(parts, run, at, values) : askStrategy(parts, run, at, values);
}

async function askStrategy(
  parts: PrepareParts,
  { request }: FlowRun,
  at: Position,
  values: PreparedValues,
): Promise<StepResult<PreparedValues>> {
  const { strategy, body, unreadable } = request;
  if (strategy === undefined || unreadable !== undefined) {
    return refused(at.context.values, [unreadable ?? nobody(parts, request)], values);
  }
  demandSecondFactor(parts, request);
  const context = await attemptContext(parts, request, at);
  const attempt = await makeTry(parts, request, () => strategy.attempt(body, context)).catch(rejectBadRequest);
  await addFailure(parts, request, attempt);
  return afterAttempt(parts, request, at, values, attempt, strategy);
}

/** Nobody takes the submit. A verification tells a name that no method has at its node, as in the reference. */
function nobody({ methods }: PrepareParts, { row: { kind }, trigger: { method } }: FlowRun['request']): Message {
  const unknown = method !== undefined && method !== '' && !methods.all.some(({ name }) => name === method);
  if (kind !== 'verification' || !unknown) return say(NO_STRATEGY[kind]);
  return say(4000001, { reason: 'There is no method of this name.' }, 'method');
}

async function afterAttempt(
  parts: PrepareParts,
  request: FlowRun['request'],
  at: Position,
  values: PreparedValues,
  attempt: Attempt,
  { method }: Strategy,
): Promise<StepResult<PreparedValues>> {
  const waiting = carried(parts, at);
  switch (attempt.kind) {
    case 'reject':
      return refused(attempt.values, attempt.messages, { ...values, ...blameOf(attempt) });
    case 'restart':
      return refused(at.context.values, attempt.messages, { ...values, restart: attempt });
    case 'challenge': {
      const { identity } = attempt;
      const owned = 'identity' in attempt ? { identity, owner: identity?.id } : {};
      const { writes, withheld } = await limitMessages(parts, request, attempt.writes);
      return {
        event: {
          type: `challenge.${attempt.page}`,
          draft: attempt.draft ?? null,
          values: { ...attempt.values, ...waiting, ...askedFrom(request) },
          messages: [...withheld, ...attempt.messages],
        },
        values: { ...values, ...owned, writes, challenged: true, providerUrl: attempt.writes?.providerUrl },
      };
    }
    case 'hold':
      return {
        event: { type: 'challenge.held', draft: attempt.draft, values: attempt.values ?? {}, messages: [] },
        // Without a browser there is no way back by a link: an app sends the change again.
        values: { ...values, writes: request.row.type === 'browser' ? attempt.writes : undefined },
      };
    case 'other':
      return {
        event: { type: 'strategy.other', draft: attempt.draft ?? null, values: attempt.values },
        values: {
          ...values,
          writes: attempt.writes,
          continuesIn: { opening: attempt.opening, values: attempt.values },
        },
      };
    case 'accept': {
      const addresses = (): readonly string[] => mailAddressesOf(parts, attempt.draft);
      return {
        event: { type: `accept.${method}`, draft: attempt.draft, values: { ...attempt.values, ...waiting } },
        values: {
          ...values,
          writes: attempt.writes,
          identity: attempt.identity ?? values.identity,
          credential: await shownCredential(parts, request, at, attempt.identity),
          mayNotifyOwner: await mayNotifyOwner(parts, request, addresses),
          withheld: await withheldProofs(parts, request, attempt),
        },
      };
    }
  }
}

/** Whom a wrong proof is told of, and what it shows of their key. */
const blameOf = ({ identity, copied }: Extract<Attempt, { kind: 'reject' }>) => ({ accused: identity, copied });

/** Whoever opens a link is told from which device it was asked for. */
function askedFrom({ row, requester: { userAgent } }: FlowRun['request']): JsonObject {
  const mailed = row.kind === 'verification' || row.kind === 'recovery';
  return mailed && userAgent !== undefined ? { from: userAgent } : {};
}

/** Back to the page, with what was typed and what is wrong with it. */
const refused = (typed: Values, messages: readonly Message[], values: PreparedValues): StepResult<PreparedValues> => ({
  event: { type: 'strategy.reject', values: typed, messages },
  values,
});

/** Values that methods keep, the flow an app began, and whose beginning it is, are carried from page to page. */
function carried({ methods }: PrepareParts, { context: { values } }: Position): JsonObject {
  const names = [...methods.keeps, 'origin', 'account'];
  return Object.fromEntries(names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])));
}

function mailAddressesOf({ schemas }: Pick<PrepareParts, 'schemas'>, { identity }: Draft): readonly string[] {
  const derived = schemas.get(identity.schemaId)?.derive(identity.traits);
  if (derived === undefined || isProblem(derived)) return [];
  return [...derived.verifiable, ...derived.recovery].flatMap(({ via, value }) => (via === 'email' ? [value] : []));
}

/** A `bad_request` becomes a message on the form, as in the reference. */
function rejectBadRequest(error: unknown): Attempt {
  if (error instanceof FieldError) return { kind: 'reject', values: {}, messages: [error.shown] };
  if (error instanceof SallyportError && error.code === 'bad_request') {
    return { kind: 'reject', values: {}, messages: [say(4000001, { reason: error.reason })] };
  }
  throw error;
}

async function askHook(
  parts: PrepareParts,
  run: FlowRun,
  at: Position,
  values: PreparedValues,
): Promise<StepResult<PreparedValues>> {
  const { flow, request } = run;
  const bound = hookAt(flow, at);
  if (bound === undefined) return passedBy(values);
  const known = { identity: values.identity, issued: undefined, started: [], planned: values };
  const reach = hookOutsideApi(parts, request, at, values.identity, bound);
  const verdict = await callHook(parts, 'prepare', bound, { request, at, known }, reach);
  switch (verdict.kind) {
    case 'continue':
      return { event: { type: 'hook.continue' }, values };
    case 'redirect':
      return { event: { type: 'hook.redirect' }, values: { ...values, redirectTo: verdict.to } };
    case 'fail':
      return { event: { type: 'hook.fail', messages: verdict.messages }, values };
    case 'modify':
      return { event: { type: 'hook.modify', draft: checkedDraft(parts, at, verdict.draft, bound.name) }, values };
  }
}
