import { isProblem } from '../../identity/schema.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Draft } from '../../kernel/draft.ts';
import type { Attempt } from '../../strategy/strategy.ts';
import type { PrepareParts } from '../parts.ts';
import type { FlowRequest, WithheldProof } from '../values.ts';
import { takeMessage } from './limit-messages.ts';

type Accepted = Pick<Extract<Attempt, { readonly kind: 'accept' | 'hold' }>, 'draft' | 'identity'>;

/**
 * Of the addresses that a registration, a sign-in or changed settings are going to have proved, those that get no message:
 * what a hook of the server sends by itself is paid for like what somebody asks for (security BF-8). Asked before anything
 * is written, and whether or not somebody else has the address.
 */
export async function withheldProofs(
  parts: PrepareParts,
  request: FlowRequest,
  { draft, identity }: Accepted,
): Promise<readonly WithheldProof[]> {
  const { row, strategy, requester } = request;
  const lane = strategy && parts.bound.for(row.kind, 'after', strategy.method);
  if (lane?.write.some(({ meta }) => meta.startsVerification === true) !== true) return [];
  const account = identity ?? (row.kind === 'settings' ? requester.session?.identity : undefined);
  const withheld: WithheldProof[] = [];
  for (const address of openAddresses(parts, request, draft, account)) {
    const mail = { recipient: address, identityId: account?.id, template: 'verification_code_valid' } as const;
    const answer = await takeMessage(parts, request, mail);
    if (!answer.ok) withheld.push({ address, retryAfter: answer.retryAfter });
  }
  return withheld;
}

/** Those that nobody has proved; where settings are saved, only what was sent nothing yet. */
function openAddresses(
  { schemas }: PrepareParts,
  { row }: FlowRequest,
  { identity: { schemaId, traits, proved } }: Draft,
  account: Identity | undefined,
): readonly string[] {
  const derived = schemas.get(schemaId)?.derive(traits);
  if (derived === undefined || isProblem(derived)) return [];
  const open = derived.verifiable.filter(({ via, value }) => {
    if (proved.some((each) => each.via === via && each.value === value)) return false;
    const stored = account?.verifiableAddresses.find((each) => each.via === via && each.value === value);
    return stored === undefined || (!stored.verified && (row.kind !== 'settings' || stored.status === 'pending'));
  });
  return [...new Set(open.map(({ value }) => value))];
}
