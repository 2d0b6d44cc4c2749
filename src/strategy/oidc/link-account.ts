import { credentialsOf, type Factors } from '../../identity/credentials.ts';
import type { Identity } from '../../identity/identity.ts';
import type { IdentitySchemas } from '../../identity/schema.ts';
import type { Clock } from '../../kernel/clock.ts';
import { must } from '../../kernel/error.ts';
import { isObject, type Json, type JsonObject } from '../../kernel/json.ts';
import { say, type MessageNumber } from '../../kernel/messages.ts';
import { strongEnough } from '../../session/aal.ts';
import type { MethodStoreStep, StoreStepAnswer, StoreStepUnit } from '../method-parts.ts';
import { CREDENTIAL } from './provider.ts';

/** The vault entry of a login flow in which a provider's account waits to be connected. */
interface WaitingAccount {
  /** The local account it is to be connected with. */
  readonly identityId: string;
  /** As it stands in `providers` of the credential; its tokens are sealed. */
  readonly entry: JsonObject;
  /** The provider vouches for this address of an account that nobody has proved yet. */
  readonly vouched: string | undefined;
}

export interface LinkAccountParts {
  readonly schemas: IdentitySchemas;
  readonly clock: Clock;
  readonly factors: Factors;
  readonly requiredAal: 'aal1' | 'highest_available';
}

/**
 * Store step `link` of every login lane: connects the provider's account that waits in this flow, now that the person has
 * proved the local account. A proof of any other account is refused, and nothing is connected.
 */
export const createLinkAccount =
  (parts: LinkAccountParts): MethodStoreStep =>
  async ({ identity: found, writes }, unit) => {
    const waiting = parseWaiting(await unit.openVault('link'));
    if (waiting === undefined) return { kind: 'done' };
    const identity = must(found, 'The identity that signs in');
    if (identity.id !== waiting.identityId) return refuse(4010009);
    const aal = writes?.proof?.aal ?? 'aal1';
    if (!strongEnough(aal, identity.availableAal, parts.requiredAal))
      return refuse(4000001, {
        reason: 'This account has a second factor: sign in with it, then connect in settings.',
      });
    if (waiting.vouched === undefined) return await connect(parts, identity, waiting, unit);
    const proved = await unit.proved(waiting.vouched);
    return proved === 'stale' ? CHANGED : await connect(parts, proved, waiting, unit);
  };

const CHANGED: StoreStepAnswer = {
  kind: 'stale',
  messages: [say(4000001, { reason: 'Please try again: the account has changed.' })],
};

async function connect(
  { schemas, clock, factors }: LinkAccountParts,
  identity: Identity,
  { entry }: WaitingAccount,
  unit: StoreStepUnit,
): Promise<StoreStepAnswer> {
  const schema = must(schemas.get(identity.schemaId), `Schema ${identity.schemaId}`);
  const now = clock.now();
  const current = await unit.identities.credentials(identity.id);
  const before = current.find(({ type }) => type === CREDENTIAL)?.config['providers'];
  const config = { providers: [...(Array.isArray(before) ? before : []), entry] };
  const credentials = credentialsOf(schema, identity.traits, [{ type: CREDENTIAL, config }], current, now);
  const changed = { ...identity, availableAal: factors.availableAal(credentials), updatedAt: now };
  const answer = await unit.identities.update(changed, { credentials });
  if (answer === 'stale') return CHANGED;
  if (answer !== undefined) return refuse(4000001, { reason: 'This account at the provider is connected already.' });
  await unit.consumeVault('link');
  return { kind: 'done', identity: { ...changed, version: changed.version + 1 } };
}

const refuse = (id: MessageNumber, context?: JsonObject): StoreStepAnswer => ({
  kind: 'taken',
  messages: [say(id, context)],
});

/** This server sealed the value; its shape is checked because another version may have written it. */
export function parseWaiting(value: Json | undefined): WaitingAccount | undefined {
  if (!isObject(value)) return undefined;
  const { identityId, entry, vouched } = value;
  if (typeof identityId !== 'string' || !isObject(entry)) return undefined;
  return { identityId, entry: entry as JsonObject, vouched: typeof vouched === 'string' ? vouched : undefined };
}
