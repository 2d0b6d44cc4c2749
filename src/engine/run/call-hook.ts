import type { BoundHook } from '../../hook/bound-hook.ts';
import type { ReachIn, StartedFlow } from '../../hook/define.ts';
import { buildFacts, type FactParts } from '../../hook/facts.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Phase, VerdictIn } from '../../kernel/verdict.ts';
import type { Issued } from '../contract.ts';
import type { CompiledFlow, Position } from '../machine/compiled-flow.ts';
import { stepAt } from '../machine/snapshot.ts';
import type { Runner } from '../parts.ts';
import { shownReturnTo } from '../view/return-to.ts';
import type { FlowRequest } from '../values.ts';

/** What is known of the account and its session when a hook is called. */
export interface Known {
  readonly identity: Identity | undefined;
  readonly issued: Issued | undefined;
  /** Verification flows begun so far. */
  readonly started: readonly StartedFlow[];
}

/** The hook whose state a flow stands on. */
export function hookAt(flow: CompiledFlow, at: Position): BoundHook {
  const step = stepAt(at);
  if (step.do !== 'hook') throw new Error(`State ${at.path} is no hook.`);
  return flow.hook(step);
}

/**
 * Calls a hook with its facts and with what its phase may reach. The types of `reach` and of the verdict belong to the
 * phase: nothing inside the transaction reaches the network, and nothing outside it writes.
 */
export function callHook<P extends Phase>(
  runner: Pick<Runner, 'hooks' | 'config' | 'bound' | 'publicIdentity'>,
  phase: P,
  bound: BoundHook,
  { request, at, known }: { readonly request: FlowRequest; readonly at: Position; readonly known: Known },
  reach: ReachIn[P],
): Promise<VerdictIn[P]> {
  return runner.hooks.call(bound, phase, buildFacts(factsOf(runner, request, at, bound, known)), reach);
}

/** What a hook may know of this request; `buildFacts` freezes and filters it. */
function factsOf(
  runner: Pick<Runner, 'config' | 'bound' | 'publicIdentity'>,
  { row, requester, transientPayload }: FlowRequest,
  at: Position,
  bound: BoundHook,
  { identity, issued, started }: Known,
): FactParts {
  const { config, publicIdentity } = runner;
  const signedIn = row.kind === 'settings' || row.kind === 'logout' ? requester.session : undefined;
  const session = issued?.session ?? signedIn?.session;
  const account = identity ?? signedIn?.identity;
  return {
    flow: {
      id: row.id,
      kind: row.kind,
      type: row.type,
      page: at.page,
      method: at.context.method ?? undefined,
      requestUrl: row.requestUrl,
      returnTo: shownReturnTo(runner, row),
      transientPayload,
    },
    point: bound.point,
    draft: at.context.draft ?? undefined,
    identity: account && publicIdentity(account),
    session: session && { id: session.id, aal: session.aal, methods: session.methods.map(({ method }) => method) },
    headers: requester.headers,
    allowedHeaders: config.clients.hookHeaders,
    started,
    attempt: `${row.id}.${row.revision}.${bound.list}.${bound.phase}.${bound.key}`,
  };
}
