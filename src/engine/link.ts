import { availableAal, credentialsOf } from '../identity/credentials.ts';
import type { Identity } from '../identity/identity.ts';
import { must } from '../kernel/error.ts';
import { isObject, type Json, type JsonObject } from '../kernel/json.ts';
import { say, type MessageNumber } from '../kernel/messages.ts';
import { strongEnough } from '../session/aal.ts';
import { openVault } from './store-steps/vault.ts';
import type { StepResult, WrittenValues } from './values.ts';
import { done, stale, taken, type StoreStepRun, type WriteContext } from './store-steps/write-context.ts';

/** What waits in the vault of a login flow under `link`: whose account it is to be connected with, and the entry to add. */
interface Waiting {
  readonly identityId: string;
  /** As it stands in `providers` of the credential; its tokens are sealed. */
  readonly entry: JsonObject;
}

/**
 * Connects the provider's account that waits in this flow, now that the person has proved the local one. Of nobody else:
 * who proved another account is told so, and nothing is kept (security OI-7).
 */
export const connectWaiting: StoreStepRun = async (context, _at, written) => {
  const { parts, prepared, request, unit } = context;
  const waiting = parseWaiting(await openVault(parts, unit.vault, request.row.id, 'link'));
  if (waiting === undefined) return done(written);
  const identity = must(written.identity, 'The identity that signs in');
  if (identity.id !== waiting.identityId) return refuse(written, 4010009);
  const aal = prepared.writes?.proof?.aal ?? 'aal1';
  if (strongEnough(aal, identity.availableAal, parts.config.flows.settings.requiredAal))
    return connect(context, written, identity, waiting);
  const reason = 'This account has a second factor: sign in with it, then connect in settings.';
  return refuse(written, 4000001, { reason });
};

async function connect(
  { parts, request, unit }: WriteContext,
  written: WrittenValues,
  identity: Identity,
  { entry }: Waiting,
): Promise<StepResult<WrittenValues>> {
  const { schemas, clock, config: settings } = parts;
  const schema = must(schemas.get(identity.schemaId), `Schema ${identity.schemaId}`);
  const now = clock.now();
  const current = await unit.identities.credentials(identity.id);
  const before = current.find(({ type }) => type === 'oidc')?.config['providers'];
  const config = { providers: [...(Array.isArray(before) ? before : []), entry] };
  const credentials = credentialsOf(schema, identity.traits, [{ type: 'oidc', config }], current, now);
  const changed = { ...identity, availableAal: availableAal(credentials, settings), updatedAt: now };
  const answer = await unit.identities.update(changed, { credentials });
  if (answer === 'stale')
    return stale(written, [say(4000001, { reason: 'Please try again: the account has changed.' })]);
  if (answer !== undefined)
    return refuse(written, 4000001, { reason: 'This account at the provider is connected already.' });
  await unit.vault.consume(request.row.id, 'link');
  return done({ ...written, identity: { ...changed, version: changed.version + 1 } });
}

const refuse = (written: WrittenValues, id: MessageNumber, context?: JsonObject): StepResult<WrittenValues> =>
  taken(written, [say(id, context)]);

/** Sealed by us; the shape is checked because another version may have written it. */
function parseWaiting(value: Json | undefined): Waiting | undefined {
  if (!isObject(value)) return undefined;
  const { identityId, entry } = value;
  return typeof identityId === 'string' && isObject(entry) ? { identityId, entry: entry as JsonObject } : undefined;
}
