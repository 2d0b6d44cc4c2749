import { isProblem, type IdentitySchema } from '../identity/schema.ts';
import type { Identity, VerifiableAddress } from '../identity/identity.ts';
import { parseIdentityId } from '../kernel/id.ts';
import { must } from '../kernel/error.ts';
import { recoveryFrom, verifiableFrom } from './addresses.ts';
import { credentialsFrom } from './credentials.ts';
import type { KratosPerson } from './kratos-rows.ts';
import type { Newcomer, Receiving } from './newcomer.ts';
import { REMARKS } from './remarks.ts';
import { sessionFrom } from './sessions.ts';
import { jsonIn, losesDigits, objectIn, timeIn } from './values.ts';

/**
 * Somebody of the other server as they are stored here. Addresses and identifiers follow from traits and schema; ids, states, times
 * and secrets are taken over. `now`: before the rows were read. Throws for rows that cannot be read.
 */
export function newcomerFrom(person: KratosPerson, receiving: Receiving, now: number): Newcomer {
  const { identity: row } = person;
  const remarks = new Set<string>();
  const remark = (text: string): void => void remarks.add(text);
  const id = must(parseIdentityId(row['id']), 'The id of a person');
  const schema = must(receiving.schemas.get(row['schema_id'] ?? ''), 'A schema of the configuration');
  const traits = objectIn(row['traits']);
  if (isProblem(schema.derive(traits))) remark(REMARKS.traits);
  if ((row['organization_id'] ?? '') !== '') remark(REMARKS.organization);
  if (['traits', 'metadata_public', 'metadata_admin'].some((name) => losesDigits(row[name]))) remark(REMARKS.digits);
  const credentials = credentialsFrom(person.credentials, { id, schema, traits, now }, receiving, remark);
  const identity: Identity = {
    id,
    ...plainMembers(person, schema, now),
    traits,
    ...addressesFrom(person, schema, receiving, { now, remark }),
    availableAal: receiving.factors.availableAal(credentials),
  };
  const active = identity.state === 'active';
  const sessions = active ? person.sessions.flatMap((each) => sessionFrom(each, now, receiving) ?? []) : [];
  return { identity, credentials, sessions, over: person.sessions.length - sessions.length, remarks: [...remarks] };
}

type Plain = Omit<
  Identity,
  'id' | 'traits' | 'verifiableAddresses' | 'recoveryAddresses' | 'provedAt' | 'availableAal'
>;

function plainMembers({ identity: row }: KratosPerson, schema: IdentitySchema, now: number): Plain {
  const createdAt = timeIn(row['created_at']) ?? now;
  const externalId = row['external_id'] ?? '';
  return {
    externalId: externalId === '' ? undefined : externalId,
    schemaId: schema.id,
    state: row['state'] === 'inactive' ? 'inactive' : 'active',
    stateChangedAt: timeIn(row['state_changed_at']) ?? createdAt,
    metadataPublic: jsonIn(row['metadata_public']),
    metadataAdmin: jsonIn(row['metadata_admin']),
    madeFrom: undefined,
    // Of a later run only sessions that were issued since are new: what ended here meanwhile stays ended.
    devicesSince: now,
    version: 0,
    createdAt,
    updatedAt: timeIn(row['updated_at']) ?? createdAt,
  };
}

function addressesFrom(
  { identity, verifiable, recovery }: KratosPerson,
  schema: IdentitySchema,
  { random }: Receiving,
  moving: { readonly now: number; readonly remark: (text: string) => void },
): Pick<Identity, 'verifiableAddresses' | 'recoveryAddresses' | 'provedAt'> {
  const wanted = schema.deriveStored(objectIn(identity['traits']));
  const verifiableAddresses = verifiableFrom(wanted.verifiable, verifiable, { ...moving, random });
  return {
    verifiableAddresses,
    recoveryAddresses: recoveryFrom(wanted.recovery, recovery, { ...moving, random }),
    provedAt: firstProof(verifiableAddresses),
  };
}

/** Whoever moves people in vouches for them: their passwords outlive the next proof, as they did there. */
const firstProof = (addresses: readonly VerifiableAddress[]): number =>
  addresses.reduce<number | undefined>(
    (first, { verifiedAt }) => (verifiedAt === undefined ? first : Math.min(first ?? verifiedAt, verifiedAt)),
    undefined,
  ) ?? 0;
