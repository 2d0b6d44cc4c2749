import type { FlowEvent } from '../flow/flow-grammar.ts';
import { availableAal, credentialsOf } from '../identity/credentials.ts';
import type { Identity } from '../identity/identity.ts';
import { must } from '../kernel/error.ts';
import { isObject, type Json, type JsonObject } from '../kernel/json.ts';
import { say, type MessageNumber } from '../kernel/messages.ts';
import { strongEnough } from '../session/aal.ts';
import type { Unit } from '../store/store.ts';
import { openVault } from './store-steps/vault.ts';
import type { Runner } from './parts.ts';
import type { Submission } from './run/submission.ts';

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
export async function connectWaiting(
  runner: Runner,
  request: Submission,
  _at: unknown,
  unit: Unit,
): Promise<FlowEvent> {
  const { row } = request;
  const waiting = parseWaiting(await openVault(runner, unit.vault, row.id, 'link'));
  if (waiting === undefined) return { type: 'store.done' };
  const identity = must(request.identity, 'The identity that signs in');
  if (identity.id !== waiting.identityId) return refuse(4010009);
  const aal = request.sealed?.proof?.aal ?? 'aal1';
  if (!strongEnough(aal, identity.availableAal, runner.config.flows.settings.requiredAal))
    return refuse(4000001, { reason: 'This account has a second factor: sign in with it, then connect in settings.' });
  return (await connect(runner, request, identity, waiting, unit)) ?? { type: 'store.done' };
}

async function connect(
  runner: Runner,
  request: Submission,
  identity: Identity,
  { entry }: Waiting,
  unit: Unit,
): Promise<FlowEvent | undefined> {
  const schema = must(runner.schemas.get(identity.schemaId), `Schema ${identity.schemaId}`);
  const now = runner.clock.now();
  const current = await unit.identities.credentials(identity.id);
  const before = current.find(({ type }) => type === 'oidc')?.config['providers'];
  const config = { providers: [...(Array.isArray(before) ? before : []), entry] };
  const credentials = credentialsOf(schema, identity.traits, [{ type: 'oidc', config }], current, now);
  const changed = { ...identity, availableAal: availableAal(credentials, runner.config), updatedAt: now };
  const answer = await unit.identities.update(changed, { credentials });
  if (answer === 'stale')
    return { type: 'store.stale', messages: [say(4000001, { reason: 'Please try again: the account has changed.' })] };
  if (answer !== undefined) return refuse(4000001, { reason: 'This account at the provider is connected already.' });
  await unit.vault.consume(request.row.id, 'link');
  request.identity = { ...changed, version: changed.version + 1 };
  return undefined;
}

const refuse = (id: MessageNumber, context?: JsonObject): FlowEvent => ({
  type: 'store.taken',
  messages: [say(id, context)],
});

/** Sealed by us; the shape is checked because another version may have written it. */
function parseWaiting(value: Json | undefined): Waiting | undefined {
  if (!isObject(value)) return undefined;
  const { identityId, entry } = value;
  return typeof identityId === 'string' && isObject(entry) ? { identityId, entry: entry as JsonObject } : undefined;
}
