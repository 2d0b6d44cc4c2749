import { belongsToSession } from '../../flow/flow.ts';
import { PAGE } from '../../flow/page.ts';
import { SallyportError } from '../../kernel/error.ts';
import { isObject, type JsonObject } from '../../kernel/json.ts';
import type { Limits, Taken } from '../../limit/budgets.ts';
import type { LimitKey, LimitWrites } from '../../limit/limit.ts';
import type { Attempt, Guarded } from '../../strategy/strategy.ts';
import type { PrepareParts } from '../parts.ts';
import type { FlowRequest, Written } from '../values.ts';
import { findKnownDevice } from './known-device.ts';

/** Budgets that the form itself speaks of: the strategy refuses, and nobody else pays. */
const TOLD_BY_THE_FORM: ReadonlySet<LimitKey['budget']> = new Set([
  'codeSubmissions',
  'lastCodeSubmissions',
  'strangerFailures',
]);

/** The tries a submit may still make: undefined, or why there is none. Seconds. */
export type Exhausted = { readonly retryAfter: number } | undefined;

type Parts = Pick<PrepareParts, 'limits' | 'config' | 'waiting' | 'strategies' | 'clock' | 'store'>;

/**
 * Counts the tries of a submit, before anything is tried and outside every transaction, so that nothing can take a try
 * back (security BF-1, CO-3). Answers what the form says itself: the tries of its code are used up, or passwords of
 * strangers are not tried for this account. Throws 429 for every other budget.
 */
export async function takeTries(parts: Parts, request: FlowRequest): Promise<Exhausted> {
  const about = guarded(request);
  const keys = request.strategy?.guards(request.body, about) ?? [];
  if (await takeTogether(parts.limits, keys, about)) return await lastTry(parts, request, about);
  for (const key of keys) {
    const answer = await takeOne(parts, key, about);
    if (answer.ok) continue;
    if (TOLD_BY_THE_FORM.has(key.budget) && (key.budget !== 'strangerFailures' || request.row.type === 'browser'))
      return { retryAfter: answer.retryAfter };
    throw new SallyportError('too_many_requests', 'Too many tries. Please wait before the next one.', {
      retryAfter: answer.retryAfter,
    });
  }
  return await lastTry(parts, request, about);
}

/** All budgets at once, where each has a try left. */
async function takeTogether(limits: Limits, keys: readonly LimitKey[], { counted }: Guarded): Promise<boolean> {
  const ofNetwork = ({ budget }: LimitKey): boolean => budget === 'networkFailures';
  const taken = keys.filter((key) => !ofNetwork(key));
  return await limits.takeTogether(taken, counted ? keys.filter(ofNetwork) : []);
}

/** A budget; of a network over all accounts only wrong passwords are counted, so that it is read here and counted later. */
async function takeOne(parts: Parts, key: LimitKey, about: Guarded): Promise<Taken> {
  const { limits } = parts;
  if (key.budget === 'networkFailures') return about.counted ? await limits.left(key) : { ok: true };
  const answer = await limits.take([key]);
  if (answer.ok || key.budget !== 'strangerFailures' || offersMail(parts)) return answer;
  return await takeLastPassword(parts, key.subject, about.network);
}

/**
 * Where no message can take the place of a password, one try is left every quarter of an hour: for the network that has
 * waited longest, so that whoever sends most does not take it (security BF-2).
 */
async function takeLastPassword({ limits, waiting }: Parts, account: string, network: string): Promise<Taken> {
  const key = { budget: 'lastPasswords', subject: account } as const;
  if (!waiting.isFirst(account, network)) {
    const answer = await limits.left(key);
    return answer.ok ? { ok: false, retryAfter: 1 } : answer;
  }
  const taken = await limits.take([key]);
  if (taken.ok) waiting.leave(account, network);
  return taken;
}

/** A recovery, or a way to sign in that waits for a message. */
const offersMail = ({ config, strategies }: Parts): boolean =>
  config.flows.recovery.enabled || (strategies.get('login') ?? []).some(({ pages }) => pages.includes(PAGE.sent));

/** A code of an account whose sum is used up has one try; a device that the account knows pays for itself alone. */
async function lastTry(parts: Parts, request: FlowRequest, about: Guarded): Promise<Exhausted> {
  const { limits } = parts;
  const { strategy, row, body } = request;
  const sum = strategy?.sum?.(body, about);
  if (sum === undefined || (await limits.left(sum)).ok) return undefined;
  if ((await findKnownDevice(parts, request, row.identityId))?.shared === false) return undefined;
  const answer = await limits.take([{ budget: 'lastCodeSubmissions', subject: row.id }]);
  return answer.ok ? undefined : { retryAfter: answer.retryAfter };
}

/** Makes a try that has been counted. One for which there was no room costs nothing: nothing was compared. */
export async function makeTry(parts: Parts, request: FlowRequest, attempt: () => Promise<Attempt>): Promise<Attempt> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof SallyportError && error.code === 'overloaded') {
      const keys = request.strategy?.guards(request.body, guarded(request)) ?? [];
      for (const key of keys) if (key.budget !== 'networkFailures') await parts.limits.giveBack(key);
    }
    throw error;
  }
}

/** Adds up what was refused: a wrong code for its account, a wrong password for its network (security BF-2). */
export async function addFailure(parts: Parts, request: FlowRequest, attempt: Attempt): Promise<void> {
  if (attempt.kind !== 'reject' && attempt.kind !== 'restart') return;
  if (request.exhausted !== undefined) return; // nothing was compared
  const about = guarded(request);
  const sum = request.strategy?.sum?.(request.body, about);
  if (sum !== undefined) await parts.limits.add(sum);
  const keys = request.strategy?.guards(request.body, about) ?? [];
  for (const key of keys) if (key.budget === 'networkFailures' && about.counted) await parts.limits.add(key);
}

/**
 * A submit that was accepted gives back the failed tries before it, in the transaction that stores what it came to: those of a
 * known device and, as no more than 100 may follow the last right one, those of strangers.
 */
export async function forgiveTries(
  parts: { readonly limits: Pick<Limits, 'forgive'> },
  request: FlowRequest,
  written: Written,
  writes: LimitWrites,
): Promise<void> {
  if (!isAccepted(written)) return;
  const about = guarded(request);
  const keys = [about, { ...about, device: undefined }].flatMap(
    (payer) => request.strategy?.guards(request.body, payer) ?? [],
  );
  await parts.limits.forgive(keys, writes);
}

/** A write phase after which the flow has reached its end, or its page of success. */
export const isAccepted = ({ at, by }: Written): boolean =>
  by !== 'store.stale' && (at.finished || at.phase === 'follow' || at.page === PAGE.success);

function guarded({ row, requester, device }: FlowRequest): Guarded {
  const { values } = row.context;
  return {
    flowId: row.id,
    identityId: row.identityId,
    signedIn: belongsToSession(row) ? requester.session?.identity.id : undefined,
    values: isObject(values) ? (values as JsonObject) : {}, // JSON by construction
    network: requester.network.name,
    counted: requester.network.counted,
    device,
  };
}
