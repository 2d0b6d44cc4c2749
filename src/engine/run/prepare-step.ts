import type { FlowKind, FlowRow } from '../../flow/flow.ts';
import type { FlowEvent, HookStep } from '../../flow/flow-grammar.ts';
import { buildFacts } from '../../hook/facts.ts';
import { isProblem } from '../../identity/schema.ts';
import type { Draft } from '../../kernel/draft.ts';
import { SallyportError } from '../../kernel/error.ts';
import { sameJson } from '../../kernel/json.ts';
import { say, type MessageNumber } from '../../kernel/messages.ts';
import type { Body } from '../../kernel/body.ts';
import type { AttemptContext, Strategy } from '../../strategy/strategy.ts';
import { privileged } from '../../session/lifetime.ts';
import type { CompiledFlow } from '../machine/compile.ts';
import { wantsExchange } from '../store-steps/session-token-exchange.ts';
import { faceOf, onPage } from '../view/shown-page.ts';
import { outsideOf } from '../outside.ts';
import type { SubmitTrigger } from '../contract.ts';
import type { Runner } from '../parts.ts';
import type { Submission } from './submission.ts';
import { openVault } from '../store-steps/vault.ts';
import { factsOf } from './call-hook.ts';
import { stepAt, type Position } from '../machine/snapshot.ts';
import { mayTell } from '../store-steps/hide-taken-identifier.ts';
import { withinSends } from '../store-steps/limit-messages.ts';

/** No strategy is responsible: the message of each kind of flow. */
const NOBODY: Readonly<Record<FlowKind, MessageNumber>> = {
  login: 4010002,
  registration: 4010003,
  settings: 4010004,
  recovery: 4010005,
  verification: 4010006,
  logout: 4010002,
};

/** The strategy a submit is for, asked in the wire's order. */
export function responsible(
  runner: Runner,
  row: FlowRow,
  asked: SubmitTrigger,
  body: Body,
  at: Position,
): Strategy | undefined {
  const strategies = onPage(runner, row, at);
  if (asked.type === 'return') return strategies.find(({ method }) => method === asked.method);
  return strategies.find((strategy) => strategy.claims(asked.method, body, faceOf(runner, row, at)));
}

/** Asks the strategy, or a hook, outside any transaction. */
export async function prepareStep(
  runner: Runner,
  flow: CompiledFlow,
  request: Submission,
  at: Position,
): Promise<FlowEvent> {
  const step = stepAt(at);
  if (step.do === 'hook') return askHook(runner, flow, request, at, step);
  const { strategy, row } = request;
  if (strategy === undefined)
    return { type: 'strategy.reject', values: at.context.values, messages: [say(NOBODY[row.kind])] };
  // A connection that waits, and the flow an app began, are remembered from page to page.
  const { link, origin } = at.context.values;
  const waits = { ...(link !== undefined && { link }), ...(origin !== undefined && { origin }) };
  const attempt = await strategy.attempt(request.body, await standingOf(runner, request, at)).catch(asMessage);
  switch (attempt.kind) {
    case 'reject':
      return { type: 'strategy.reject', values: attempt.values, messages: attempt.messages };
    case 'restart':
      request.restart = attempt.messages;
      return { type: 'strategy.reject', values: at.context.values, messages: attempt.messages };
    case 'challenge':
      request.asked = true;
      request.sealed = await withinSends(runner, request, attempt.writes);
      request.away = attempt.writes?.providerUrl;
      if ('identity' in attempt) {
        request.identity = attempt.identity;
        request.owner = attempt.identity?.id;
      }
      return {
        type: `challenge.${attempt.page}`,
        draft: attempt.draft ?? null,
        values: { ...attempt.values, ...waits },
        messages: attempt.messages,
      };
    case 'hold':
      // Without a browser nobody comes back by a link: the app sends it again.
      request.sealed = row.type === 'browser' ? attempt.writes : undefined;
      return { type: 'challenge.held', draft: attempt.draft, values: attempt.values ?? {}, messages: [] };
    case 'other':
      request.sealed = attempt.writes;
      request.other = { opening: attempt.opening, values: attempt.values };
      return { type: 'strategy.other', draft: attempt.draft ?? null, values: attempt.values };
    case 'accept':
      request.sealed = attempt.writes;
      request.identity = attempt.identity ?? request.identity;
      request.tells = await mayTell(runner, request, () => mailAddressesOf(runner, attempt.draft));
      return { type: `accept.${strategy.method}`, draft: attempt.draft, values: { ...attempt.values, ...waits } };
  }
}

function mailAddressesOf({ schemas }: Runner, { identity }: Draft): readonly string[] {
  const derived = schemas.get(identity.schemaId)?.derive(identity.traits);
  if (derived === undefined || isProblem(derived)) return [];
  return [...derived.verifiable, ...derived.recovery].flatMap(({ via, value }) => (via === 'email' ? [value] : []));
}

/** A `bad_request` becomes a message on the form, as in the reference. */
function asMessage(error: unknown): {
  readonly kind: 'reject';
  readonly values: Record<string, never>;
  readonly messages: readonly [ReturnType<typeof say>];
} {
  if (error instanceof SallyportError && error.code === 'bad_request') {
    return { kind: 'reject', values: {}, messages: [say(4000001, { reason: error.reason })] };
  }
  throw error;
}

async function standingOf(runner: Runner, request: Submission, at: Position): Promise<AttemptContext> {
  const { row, requester, strategy } = request;
  const { session } = requester;
  const now = runner.clock.now();
  const maxAge = runner.config.flows.settings.privilegedSessionMaxAge;
  const page = at.page;
  const kind = page === 'held' ? `held:${strategy?.method}` : page;
  return {
    kind: row.kind,
    type: row.type,
    flowId: row.id,
    requestUrl: row.requestUrl,
    transientPayload: request.transientPayload,
    page: strategy?.pages.includes(page) === false ? faceOf(runner, row, at) : page,
    schemaId: row.schemaId ?? session?.identity.schemaId ?? runner.schemas.defaultId,
    draft: at.context.draft ?? undefined,
    values: at.context.values,
    identity: row.kind === 'settings' || row.refresh || row.requestedAal === 'aal2' ? session?.identity : undefined,
    sessionId: row.kind === 'settings' || row.refresh ? session?.session.id : undefined,
    returned: request.returned,
    privileged: session !== undefined && privileged(session.session, maxAge, now),
    refresh: row.refresh,
    exhausted: request.exhausted,
    vault:
      page === 'held' || page === 'away' || page === 'sent'
        ? await openVault(runner, runner.store.vault, row.id, kind)
        : undefined,
    byCode: wantsExchange(row),
    providerResult: request.sealed?.providerResult ?? request.upstream,
    now,
  };
}

async function askHook(
  runner: Runner,
  flow: CompiledFlow,
  request: Submission,
  at: Position,
  step: HookStep,
): Promise<FlowEvent> {
  const bound = flow.hook(step);
  const verdict = await runner.hooks.call(
    bound,
    'prepare',
    buildFacts(factsOf(runner, request, at, bound)),
    outsideOf(runner, request, bound),
  );
  switch (verdict.kind) {
    case 'continue':
      return { type: 'hook.continue' };
    case 'redirect':
      request.to = verdict.to;
      return { type: 'hook.redirect' };
    case 'fail':
      return { type: 'hook.fail', messages: verdict.messages };
    case 'modify':
      return { type: 'hook.modify', draft: checkedDraft(runner, at, verdict.draft, bound.name) };
  }
}

/** A hook may change traits, state and metadata, within the schema; anything else is its fault, not the person's. */
function checkedDraft(runner: Runner, at: Position, changed: NonNullable<Position['context']['draft']>, hook: string) {
  const { draft } = at.context;
  const same =
    draft !== null &&
    changed.identity.id === draft.identity.id &&
    changed.identity.version === draft.identity.version &&
    sameJson(changed.session, draft.session);
  if (!same)
    throw new SallyportError('hook_failed', 'A hook failed.', {
      cause: new Error(`${hook} changed ids of the draft.`),
    });
  const schema = runner.schemas.get(changed.identity.schemaId);
  // Traits that the hook left as they are were judged when they were stored, perhaps by an older rule.
  const kept = sameJson(changed.identity.traits, draft.identity.traits);
  const derived = kept ? undefined : schema?.derive(changed.identity.traits);
  const problems = derived !== undefined && isProblem(derived) ? derived : [];
  if (schema === undefined || problems.length > 0) {
    const what =
      schema === undefined
        ? `schema ${changed.identity.schemaId} is unknown`
        : problems.map(({ at: node, id }) => `${node ?? 'traits'} ${id}`).join(', ');
    throw new SallyportError('hook_failed', 'A hook failed.', {
      cause: new Error(`${hook} returned traits that the schema refuses: ${what}.`),
    });
  }
  return changed;
}
