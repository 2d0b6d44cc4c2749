import type { Identity } from '../../identity/identity.ts';
import { must } from '../../kernel/error.ts';
import { sameJson } from '../../kernel/json.ts';
import type { Spend } from '../../strategy/strategy.ts';
import { done, stale, taken, type StoreStepRun, type WriteContext } from './write-context.ts';

/** Uses up what the proof of a factor may be used for once, before the session knows of the proof. */
export const spendFactor: StoreStepRun = async ({ prepared, unit }, _at, written) => {
  const { spend } = prepared.writes ?? {};
  if (spend === undefined) return done(written);
  const identity = must(written.identity, 'The identity that a factor belongs to');
  if (await spends(unit, identity, spend)) return done(written);
  // Something else of the credential may have been used: what the strategy finds now decides.
  return 'step' in spend || spend.use !== undefined ? taken(written, [spend.message]) : stale(written, [spend.message]);
};

/** False where another submit was faster. */
export async function spends(
  { identities }: Pick<WriteContext['unit'], 'identities'>,
  { id }: Pick<Identity, 'id'>,
  spend: Spend,
): Promise<boolean> {
  if ('step' in spend) return identities.takeStep(id, spend.type, spend.step);
  if (spend.use !== undefined) {
    if (!(await identities.useAuthenticator(id, spend.use))) return false;
    // The row of the key is what counts; the configuration tells the same where nobody else has changed it meanwhile.
    if (!sameJson(spend.from.config, spend.to)) await identities.replaceConfig(id, spend.from, spend.to);
    return true;
  }
  return identities.replaceConfig(id, spend.from, spend.to);
}
