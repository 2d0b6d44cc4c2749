import { authenticatorsOf } from '../../../identity/authenticators.ts';
import type { Channel } from '../../../kernel/draft.ts';
import type { IdentityId } from '../../../kernel/id.ts';
import type { Credential, Identity, Taken } from '../../../identity/identity.ts';
import { keyText } from '../columns.ts';
import type { Executor } from '../connection.ts';

/** The longest identifier or address, so that the unique index stays within the length that InnoDB takes. */
const LONGEST = 512;

/** The tables that make identifiers, addresses and authenticators unique. */
export type KeyTable = 'identity_identifiers' | 'identity_addresses' | 'authenticators';

/** The primary key of a row of such a table, without the identity it belongs to. */
export interface IdentityKey {
  readonly kind: Taken['what'];
  readonly key: Readonly<Record<string, string>>;
  /** The identifier or the address, as the identity has it. */
  readonly value: string;
  /** Columns that a new row has beside its key. */
  readonly columns?: Readonly<Record<string, string | number>>;
}

/** Inserts keys of an identity. The database refuses a key that another identity has. */
export async function addKeys(
  executor: Executor,
  table: KeyTable,
  id: IdentityId,
  keys: readonly IdentityKey[],
): Promise<void> {
  if (keys.length === 0) return;
  await executor.write(
    executor.sql(table).insert(keys.map(({ key, columns }) => ({ ...key, ...columns, identity_id: id }))),
  );
}

/** Makes the `stored` keys of an identity those that are `wanted`, writing only where they differ. */
export async function matchKeys(
  executor: Executor,
  table: KeyTable,
  {
    id,
    stored,
    wanted,
  }: {
    readonly id: IdentityId;
    readonly stored: readonly Readonly<Record<string, string>>[];
    readonly wanted: readonly IdentityKey[];
  },
): Promise<void> {
  const known = new Set(stored.map(textOf));
  const kept = new Set(wanted.map(({ key }) => textOf(key)));
  for (const row of stored) {
    if (kept.has(textOf(row))) continue;
    await executor.write(
      executor
        .sql(table)
        .where({ ...row, identity_id: id })
        .delete(),
    );
  }
  await addKeys(
    executor,
    table,
    id,
    wanted.filter(({ key }) => !known.has(textOf(key))),
  );
}

/** The identifiers of credentials. Throws `bad_request` for one that cannot be stored. */
export function identifierKeys(credentials: readonly Credential[]): readonly IdentityKey[] {
  return credentials.flatMap(({ type, identifiers }) =>
    [...new Set(identifiers)].map((value): IdentityKey => {
      const identifier = keyText(value, LONGEST, 'identifier');
      return { kind: 'identifier', key: { type, identifier }, value };
    }),
  );
}

/** The authenticators of credentials. */
export const authenticatorKeys = (credentials: readonly Credential[]): readonly IdentityKey[] =>
  credentials.flatMap(authenticatorsOf).map(({ type, idHash, signCount }) => ({
    kind: 'authenticator',
    key: { id_hash: idHash },
    value: idHash,
    columns: { type, sign_count: signCount },
  }));

/** The addresses of an identity, each once. Throws `bad_request` for one that cannot be stored. */
export function addressKeys({ verifiableAddresses, recoveryAddresses }: Identity): readonly IdentityKey[] {
  const entry = (kind: 'verifiable' | 'recovery', via: Channel, value: string): IdentityKey => ({
    kind: `${kind}_address`,
    key: { kind, via, value: keyText(value, LONGEST, 'address') },
    value,
  });
  return [
    ...verifiableAddresses.map(({ via, value }) => entry('verifiable', via, value)),
    ...recoveryAddresses.map(({ via, value }) => entry('recovery', via, value)),
  ].filter(({ key }, i, all) => all.findIndex((other) => textOf(other.key) === textOf(key)) === i);
}

/** A key as one text, for comparing. */
function textOf(key: Readonly<Record<string, string>>): string {
  return JSON.stringify(
    Object.keys(key)
      .toSorted()
      .map((name) => key[name]),
  );
}
