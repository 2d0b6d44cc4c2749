import type { FlowEvent, HookStep, StoreStep } from '../../flow/flow-grammar.ts';
import type { Mail } from '../../courier/message.ts';
import { buildFacts, pickHeaders } from '../../hook/facts.ts';
import { changedIdentity, credentialsOf, newIdentity } from '../../identity/build.ts';
import type { Taken, VerifiableAddress } from '../../identity/identity.ts';
import { must, SallyportError } from '../../kernel/error.ts';
import { say } from '../../kernel/messages.ts';
import type { Message } from '../../kernel/message.ts';
import type { Unit } from '../../store/store.ts';
import type { CompiledFlow } from '../machine/compile.ts';
import { duplicateMessage } from '../store-steps/identifier-taken-message.ts';
import { hidesTaken, tellOwner } from '../store-steps/hide-taken-identifier.ts';
import { issueSession } from '../store-steps/session.ts';
import { connectWaiting } from '../link.ts';
import type { Runner } from '../parts.ts';
import type { Submission } from './submission.ts';
import { keepWithBrowser } from '../store-steps/start-verification.ts';
import { factsOf } from './call-hook.ts';
import { settingsAfterRecovery } from '../store-steps/settings-after-recovery.ts';
import { stepAt, type Position } from '../machine/snapshot.ts';
import { keepVault } from '../store-steps/vault.ts';
import { UNDOES, walk, type Leg } from './walk.ts';
import { writesOf } from '../store-steps/hook-write-api.ts';

const STALE: readonly Message[] = [
  say(4000001, { reason: 'The account was changed at the same time. Please try again.' }),
];

/** Before each try of a transaction: what an undone one left in the request is void. */
export function resetWrites(request: Submission): void {
  const nothing: Partial<Submission> = {
    issued: undefined,
    offers: [],
    started: [],
    diverted: undefined,
    used: undefined,
    shadow: false,
    settings: undefined,
    mailed: false,
  };
  Object.assign(request, nothing);
}

/** Performs the write box a submit came to, if it came to one; what a refused one wrote is gone. */
export async function writeBox(
  runner: Runner,
  flow: CompiledFlow,
  request: Submission,
  at: Position,
  unit: Unit,
): Promise<Leg> {
  const box = (): Promise<Leg> =>
    walk(flow, request, at, 'write', (state) => writeStep(runner, flow, request, state, unit));
  const end = flow.mayUndo(at) ? await unit.tentatively(box, ({ by }) => UNDOES.has(by)) : await box();
  if (UNDOES.has(end.by)) resetWrites(request);
  return end;
}

/** Stores what the state names, or calls a hook with what it may write. */
export async function writeStep(
  runner: Runner,
  flow: CompiledFlow,
  request: Submission,
  at: Position,
  unit: Unit,
): Promise<FlowEvent> {
  const step = stepAt(at);
  if (step.do === 'hook') return askHook(runner, flow, request, at, unit, step);
  if (step.do === 'strategy') throw new Error('A strategy is asked before anything is written.');
  return STORES[step.what](runner, request, at, unit);
}

type Storing = (runner: Runner, request: Submission, at: Position, unit: Unit) => Promise<FlowEvent>;

const STORES: Readonly<Record<StoreStep['what'], Storing>> = {
  async identity(runner, request, at, unit) {
    const draft = must(at.context.draft ?? undefined, 'The draft');
    const schema = must(runner.schemas.get(draft.identity.schemaId), `Schema ${draft.identity.schemaId}`);
    const now = runner.clock.now();
    const credentials = credentialsOf(schema, draft.identity.traits, request.sealed?.credentials ?? [], [], now);
    const identity = newIdentity(schema, draft.identity, {
      now,
      random: runner.random,
      credentials,
      config: runner.config,
    });
    const taken = await unit.identities.insert(identity, credentials);
    const hidden = hidesTaken(runner, request);
    if (taken !== undefined && !hidden) return { type: 'store.taken', messages: await refusal(runner, taken, unit) };
    if (hidden) await tellOwner(runner, request, identity, taken, unit);
    request.shadow = taken !== undefined;
    request.identity = { ...identity, version: 1 };
    return { type: 'store.done' };
  },

  async changes(runner, request, at, unit) {
    const draft = must(at.context.draft ?? undefined, 'The draft');
    const before = must(request.requester.session?.identity, 'The signed-in identity');
    const schema = must(runner.schemas.get(draft.identity.schemaId), `Schema ${draft.identity.schemaId}`);
    const now = runner.clock.now();
    const removed = request.sealed?.removed ?? [];
    const current = (await unit.identities.credentials(before.id)).filter(({ type }) => !removed.includes(type));
    const credentials = credentialsOf(schema, draft.identity.traits, request.sealed?.credentials ?? [], current, now);
    const identity = changedIdentity(schema, before, draft.identity, {
      now,
      random: runner.random,
      credentials,
      config: runner.config,
    });
    const answer = await unit.identities.update(identity, { credentials, removed });
    if (answer === 'stale') return { type: 'store.stale', messages: STALE };
    if (answer !== undefined) return { type: 'store.taken', messages: await refusal(runner, answer, unit) };
    if (at.page === 'held') await unit.vault.consume(request.row.id, `held:${request.strategy?.method}`);
    request.identity = { ...identity, version: identity.version + 1 };
    return { type: 'store.done' };
  },

  async session(runner, request, at, unit) {
    const stale = await issueSession(runner, request, must(at.context.draft ?? undefined, 'The draft'), unit);
    if (stale) return { type: 'store.stale', messages: STALE };
    return STORES.flow(runner, request, at, unit);
  },

  link: connectWaiting,

  async flow(_runner, { sealed, identity }, _at, unit) {
    if (sealed?.rehash !== undefined && identity !== undefined) {
      await unit.identities.rehash(identity.id, sealed.rehash.credential, sealed.rehash.config);
    }
    return { type: 'store.done' };
  },

  async challenge(runner, request, _at, unit) {
    const { sealed, row } = request;
    const { secrets = [], mails = [] } = sealed ?? {};
    // A new code takes the place of those before it.
    for (const purpose of new Set(secrets.map((each) => each.purpose))) await unit.secrets.dropOf(row.id, purpose);
    for (const secret of secrets) await unit.secrets.put(secret);
    for (const mail of mails) await unit.outbox.put(runner.render(withHeaders(runner, request, mail)));
    request.mailed ||= mails.some(({ channel }) => channel !== 'none');
    await keepVault(runner, request, unit, row);
    return { type: 'store.done' };
  },

  async consume(runner, request, _at, unit) {
    const { purpose, digests, message } = must(request.sealed?.uses, 'The one-time secret of the proof');
    const used = await unit.secrets.use(request.row.id, purpose, digests, runner.clock.now());
    if (used === undefined) return { type: 'store.taken', messages: [message] };
    request.used = used;
    return { type: 'store.done' };
  },

  async verified(runner, request, _at, unit) {
    return (await markVerified(runner, request, unit))
      ? { type: 'store.done' }
      : { type: 'store.stale', messages: STALE };
  },

  async recovered(runner, request, _at, unit) {
    const { id } = must(request.identity, 'The identity that is recovered');
    await unit.secrets.voidOf(id);
    return (await markVerified(runner, request, unit))
      ? { type: 'store.done' }
      : { type: 'store.stale', messages: STALE };
  },

  async settings(runner, request, _at, unit) {
    request.settings = settingsAfterRecovery(runner, request);
    await unit.flows.insert(request.settings);
    return { type: 'store.done' };
  },

  async revoked(_runner, { row }, _at, unit) {
    const ended = row.sessionId !== undefined && (await unit.sessions.revoke(row.sessionId));
    // Another request was faster: nothing is done twice, and this one is answered like one that came after it.
    if (!ended) throw new SallyportError(row.type === 'api' ? 'forbidden' : 'unauthorized', 'The session has ended.');
    return { type: 'store.done' };
  },
};

/** The address a code or link went to is proved; false when the account changed since it was read. */
async function markVerified(runner: Runner, request: Submission, unit: Unit): Promise<boolean> {
  const identity = must(request.identity, 'The identity of the address');
  const { address } = must(request.used, 'The one-time secret that was used');
  const now = runner.clock.now();
  const proved = (each: VerifiableAddress): boolean => each.value === address && !each.verified;
  if (!identity.verifiableAddresses.some(proved)) return true;
  const verifiableAddresses = identity.verifiableAddresses.map((each) =>
    proved(each) ? { ...each, verified: true, status: 'completed' as const, verifiedAt: now, updatedAt: now } : each,
  );
  const changed = { ...identity, verifiableAddresses, updatedAt: now };
  if ((await unit.identities.update(changed, {})) !== undefined) return false;
  request.identity = { ...changed, version: changed.version + 1 };
  return true;
}

/** Templates of messages with a code can read the requester's `Accept-Language` and device headers. */
function withHeaders({ config }: Runner, { requester }: Submission, mail: Mail): Mail {
  if (!mail.template.includes('_code_')) return mail;
  const picked = pickHeaders(requester.headers, config.clients.hookHeaders);
  const named = Object.entries(picked).map(([name, value]): [string, readonly string[]] => [canonical(name), [value]]);
  return { ...mail, data: { ...mail.data, request_headers: Object.fromEntries(named) } };
}

/** `Accept-Language`, as the wire writes it. */
const canonical = (name: string): string => name.replaceAll(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());

const refusal = async (runner: Runner, taken: Taken, unit: Unit): Promise<readonly Message[]> => [
  await duplicateMessage(runner, taken, unit),
];

async function askHook(
  runner: Runner,
  flow: CompiledFlow,
  request: Submission,
  at: Position,
  unit: Unit,
  step: HookStep,
): Promise<FlowEvent> {
  const bound = flow.hook(step);
  const verdict = await runner.hooks.call(
    bound,
    'write',
    buildFacts(factsOf(runner, request, at, bound)),
    writesOf(runner, request, at.context.draft ?? undefined, bound.name, unit),
  );
  switch (verdict.kind) {
    case 'continue':
      request.offers = [...request.offers, ...(verdict.offer ?? [])];
      return { type: 'hook.continue' };
    case 'fail':
      return { type: 'hook.fail', messages: verdict.messages };
    case 'divert':
      await keepWithBrowser(request, unit);
      request.diverted = { to: verdict.to, error: verdict.error.text };
      return { type: 'hook.divert' };
  }
}
