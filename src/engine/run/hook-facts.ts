import type { BoundHook } from '../../hook/bound-hook.ts';
import type { StartedFlow } from '../../hook/define.ts';
import type { FactParts } from '../../hook/facts.ts';
import { changedIdentity, newIdentity } from '../../identity/build.ts';
import { withEmptyObjects } from '../../identity/empty-objects.ts';
import type { Identity } from '../../identity/identity.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { sessionJson } from '../../session/json.ts';
import type { Session } from '../../session/session.ts';
import type { Issued } from '../contract.ts';
import type { Position } from '../machine/compiled-flow.ts';
import type { WriteParts } from '../parts.ts';
import { plannedSession } from '../store-steps/session.ts';
import { shownReturnTo } from '../view/return-to.ts';
import type { FlowRequest, PreparedValues } from '../values.ts';

/** What is known of the account and its session when a hook is called. */
export interface Known {
  /** As it is stored by now. */
  readonly identity: Identity | undefined;
  readonly issued: Issued | undefined;
  /** Verification flows begun so far. */
  readonly started: readonly StartedFlow[];
  /** What the store steps will write; absent after the commit, when nothing is planned any more. */
  readonly planned?: Pick<PreparedValues, 'writes'>;
}

export type FactsRunner = Pick<
  WriteParts,
  'config' | 'bound' | 'clock' | 'random' | 'schemas' | 'methods' | 'publicIdentity'
>;

/** What a hook may know of this request; `buildFacts` freezes and filters it. */
export function factsOf(
  runner: FactsRunner,
  request: FlowRequest,
  at: Position,
  bound: BoundHook,
  known: Known,
): FactParts {
  const { row, requester, transientPayload } = request;
  const account = accountOf(runner, request, at, known);
  const session = sessionOf(runner, request, at, known, account);
  const identity = account && identityJson(runner, request, account);
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
    identity,
    session: session && { id: session.id, aal: session.aal, methods: session.methods.map(({ method }) => method) },
    wire: { identity, session: session && sessionJson(session, identity ?? null, runner.clock.now()) },
    request: requester.request,
    headers: requester.headers,
    allowedHeaders: runner.config.clients.hookHeaders,
    started: known.started,
    attempt: `${row.id}.${row.revision}.${bound.list}.${bound.phase}.${bound.key}`,
  };
}

/** The session of the signed-in person, in flows about it. */
const signedInOf = ({ row, requester }: FlowRequest): FlowRequest['requester']['session'] =>
  row.kind === 'settings' || row.kind === 'logout' ? requester.session : undefined;

/** The account as it will be stored; where nothing of it changes, as it is. */
function accountOf(
  runner: FactsRunner,
  request: FlowRequest,
  { phase, context: { draft } }: Position,
  { identity }: Known,
): Identity | undefined {
  const current = identity ?? signedInOf(request)?.identity;
  const { kind } = request.row;
  const stores = kind === 'registration' || kind === 'settings';
  if (phase !== 'prepare' || draft === null || !stores) return current;
  const schema = runner.schemas.get(draft.identity.schemaId);
  if (schema === undefined) return current;
  const making = {
    now: runner.clock.now(),
    random: { ...runner.random, uuid: () => NOT_STORED },
    credentials: [],
    factors: runner.methods.factors,
  };
  return current === undefined
    ? newIdentity(schema, draft.identity, making)
    : changedIdentity(schema, current, draft.identity, making);
}

/** The id of a row that is not stored yet, as in the reference; account and session have theirs from the start. */
const NOT_STORED = '00000000-0000-0000-0000-000000000000';

function sessionOf(
  runner: FactsRunner,
  request: FlowRequest,
  { context: { draft } }: Position,
  { issued, planned }: Known,
  account: Identity | undefined,
): Session | undefined {
  const stored = issued?.session ?? signedInOf(request)?.session;
  if (stored !== undefined || request.row.kind !== 'login') return stored;
  if (planned?.writes?.proof === undefined || account === undefined || draft?.session === undefined) return undefined;
  const random = { ...runner.random, uuid: () => NOT_STORED };
  return plannedSession({ ...runner, random }, request, planned, account, draft)?.session;
}

/** An account in the wire form. The reference fills in objects that a form left out; here they are not stored. */
function identityJson({ schemas, publicIdentity }: FactsRunner, { row }: FlowRequest, account: Identity): JsonObject {
  const schema = row.kind === 'registration' || row.kind === 'settings' ? schemas.get(account.schemaId) : undefined;
  return publicIdentity(
    schema === undefined ? account : { ...account, traits: withEmptyObjects(schema, account.traits) },
  );
}
