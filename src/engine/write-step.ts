import type { FlowRow } from '../flow/flow.ts';
import type { FlowEvent, HookStep, StoreStep } from '../flow/parts.ts';
import { buildFacts } from '../hook/facts.ts';
import { changedIdentity, credentialsOf, newIdentity } from '../identity/build.ts';
import type { Taken } from '../identity/identity.ts';
import { must } from '../kernel/error.ts';
import { say } from '../kernel/messages.ts';
import type { Message } from '../kernel/message.ts';
import type { Unit } from '../store/store.ts';
import type { CompiledFlow } from './compile.ts';
import { duplicateMessage } from './duplicate.ts';
import { issueSession } from './issue-session.ts';
import { connectWaiting } from './link.ts';
import type { Runner, Submission } from './runner.ts';
import { factsOf } from './submission-facts.ts';
import { pageOf, stepOf, type Snapshot } from './snapshot.ts';
import { writesOf } from './writes.ts';

/** Fifteen minutes: what a re-login has to come back within (self-service.md 9.5). */
const HOLD_FOR = 15 * 60_000;
const STALE: readonly Message[] = [
  say(4000001, { reason: 'The account was changed at the same moment. Please try again.' }),
];

/** Before each try of a transaction: what an undone one left in the request is void. */
export function resetWrites(request: Submission): void {
  Object.assign(request, { issued: undefined, offers: [], started: [], diverted: undefined, mailed: false });
}

/** Stores what the state names, or calls a hook with what it may write. */
export async function writeStep(
  runner: Runner,
  flow: CompiledFlow,
  request: Submission,
  at: Snapshot,
  unit: Unit,
): Promise<FlowEvent> {
  const step = stepOf(at);
  if (step.do === 'hook') return askHook(runner, flow, request, at, unit, step);
  if (step.do === 'strategy') throw new Error('A strategy is asked before anything is written.');
  return STORES[step.what](runner, request, at, unit);
}

type Storing = (runner: Runner, request: Submission, at: Snapshot, unit: Unit) => Promise<FlowEvent>;

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
    if (taken !== undefined) return { type: 'store.taken', messages: await refusal(runner, taken, unit) };
    request.identity = { ...identity, version: 1 };
    return { type: 'store.done' };
  },

  async changes(runner, request, at, unit) {
    const draft = must(at.context.draft ?? undefined, 'The draft');
    const before = must(request.asker.session?.identity, 'The signed-in identity');
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
    if (pageOf(at) === 'held') await unit.vault.consume(request.row.id, `held:${request.strategy?.method}`);
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
    for (const secret of sealed?.secrets ?? []) {
      await unit.secrets.dropOf(secret.flowId, secret.purpose);
      await unit.secrets.put(secret);
    }
    for (const mail of sealed?.mails ?? []) await unit.outbox.put(runner.render(mail));
    request.mailed ||= (sealed?.mails ?? []).length > 0;
    await keepVault(runner, request, unit, row);
    return { type: 'store.done' };
  },

  async verified(runner, request, _at, unit) {
    const { uses } = must(request.sealed, 'What proves the address');
    const now = runner.clock.now();
    const used = uses && (await unit.secrets.use(request.row.id, uses.purpose, uses.digests, now));
    if (uses === undefined || used === undefined)
      return { type: 'store.taken', messages: uses ? [uses.message] : STALE };
    const identity = must(request.identity, 'The identity of the address');
    const verifiableAddresses = identity.verifiableAddresses.map((each) =>
      each.value === used.address && !each.verified
        ? { ...each, verified: true, status: 'completed' as const, verifiedAt: now, updatedAt: now }
        : each,
    );
    const changed = { ...identity, verifiableAddresses, updatedAt: now };
    if ((await unit.identities.update(changed, {})) !== undefined) return { type: 'store.stale', messages: STALE };
    request.identity = { ...changed, version: changed.version + 1 };
    return { type: 'store.done' };
  },

  async revoked(_runner, { row }, _at, unit) {
    if (row.sessionId !== undefined) await unit.sessions.revoke(row.sessionId);
    return { type: 'store.done' };
  },
};

/** Puts what must outlive the request into a flow's vault, encrypted. */
export async function keepVault(runner: Runner, { sealed }: Submission, unit: Unit, row: FlowRow): Promise<void> {
  if (sealed?.vault === undefined) return;
  const { kind, value } = sealed.vault;
  const box = runner.sealing.sealVault(JSON.stringify(value), `${row.id}/${kind}`);
  const expiresAt = Math.min(row.expiresAt, runner.clock.now() + HOLD_FOR);
  await unit.vault.put({ flowId: row.id, kind, box, expiresAt });
}

const refusal = async (runner: Runner, taken: Taken, unit: Unit): Promise<readonly Message[]> => [
  await duplicateMessage(runner, taken, unit),
];

async function askHook(
  runner: Runner,
  flow: CompiledFlow,
  request: Submission,
  at: Snapshot,
  unit: Unit,
  step: HookStep,
): Promise<FlowEvent> {
  const bound = flow.hook(step);
  const draft = must(at.context.draft ?? undefined, 'The draft');
  const verdict = await runner.hooks.call(
    bound,
    'write',
    buildFacts(factsOf(runner, request, at, bound)),
    writesOf(runner, request, draft, bound.name, unit),
  );
  switch (verdict.kind) {
    case 'continue':
      request.offers = [...request.offers, ...(verdict.offer ?? [])];
      return { type: 'hook.continue' };
    case 'fail':
      return { type: 'hook.fail', messages: verdict.messages };
    case 'divert':
      request.diverted = { to: verdict.to, error: verdict.error.text };
      return { type: 'hook.divert' };
  }
}
