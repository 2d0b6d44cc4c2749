import { must } from '../../kernel/error.ts';
import type { Position } from '../machine/compiled-flow.ts';
import { stepAt } from '../machine/snapshot.ts';
import { storeChallenge } from '../store-steps/challenge.ts';
import { consumeSecret, storeRecovered, storeVerified } from '../store-steps/verified-address.ts';
import { hookWriteApi } from '../store-steps/hook-write-api.ts';
import { storeChanges, storeIdentity } from '../store-steps/identity.ts';
import { storeForMethod } from '../store-steps/method-step.ts';
import { FULL, revokeSession, storeRehash, storeSession } from '../store-steps/session.ts';
import { openSettings } from '../store-steps/settings-after-proof.ts';
import { spendFactor } from '../store-steps/spend.ts';
import { bindToBrowser } from '../store-steps/start-verification.ts';
import type { StoreStepRun, WriteContext } from '../store-steps/write-context.ts';
import { callHook, hookAt, passedBy } from './call-hook.ts';
import type { StepResult, WrittenValues } from '../values.ts';

/** What the store states do that belong to no method. */
const STORES: Readonly<Record<string, StoreStepRun>> = {
  identity: storeIdentity,
  changes: storeChanges,
  session: storeSession,
  flow: storeRehash,
  spend: spendFactor,
  challenge: storeChallenge,
  consume: consumeSecret,
  verified: storeVerified,
  recovered: storeRecovered,
  settings: openSettings,
  revoked: revokeSession,
};

/** Stores what the state names, or calls a hook with what it may write. */
export async function writeStep(
  context: WriteContext,
  at: Position,
  values: WrittenValues,
): Promise<StepResult<WrittenValues>> {
  const step = stepAt(at);
  if (step.do === 'hook') return askHook(context, at, values);
  if (step.do === 'strategy') throw new Error('A strategy is asked before anything is written.');
  return storeOf(context, step.what)(context, at, values);
}

const storeOf = ({ parts: { storeSteps } }: WriteContext, what: string): StoreStepRun =>
  STORES[what] ?? storeForMethod(must(storeSteps.get(what), `Store step ${what}`));

async function askHook(context: WriteContext, at: Position, before: WrittenValues): Promise<StepResult<WrittenValues>> {
  const { parts, flow, request, prepared } = context;
  const bound = hookAt(flow, at);
  if (bound === undefined) return passedBy(before);
  const api = hookWriteApi(context, at, before, bound.name);
  const verdict = await callHook(
    parts,
    'write',
    bound,
    { request, at, known: { ...before, planned: prepared } },
    api.reach,
  );
  const values = api.written();
  if (api.full()) return { event: { type: 'hook.fail', messages: [FULL] }, values };
  switch (verdict.kind) {
    case 'continue':
      return {
        event: { type: 'hook.continue' },
        values: { ...values, offers: [...values.offers, ...(verdict.offer ?? [])] },
      };
    case 'fail':
      return { event: { type: 'hook.fail', messages: verdict.messages }, values };
    case 'divert':
      await bindToBrowser(context, values.started);
      return {
        event: { type: 'hook.divert' },
        values: { ...values, diverted: { to: verdict.to, error: verdict.error.text } },
      };
  }
}
