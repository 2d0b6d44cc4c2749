import type { Address } from '../identity/derive.ts';
import { lookupIdentifier, strictPhone } from '../identity/identifier.ts';
import type { RecoveryAddress, VerifiableAddress } from '../identity/identity.ts';
import type { Random } from '../kernel/random.ts';
import type { TextRow } from '../store/knex/open-source.ts';
import { REMARKS } from './remarks.ts';
import { isTrue, timeIn } from './values.ts';

interface Moving {
  readonly now: number;
  readonly random: Pick<Random, 'uuid'>;
  readonly remark: (text: string) => void;
}

/** The addresses that the schema finds, with what the other server knows of each. */
export function verifiableFrom(
  wanted: readonly Address[],
  rows: readonly TextRow[],
  moving: Moving,
): readonly VerifiableAddress[] {
  return merged(wanted, rows, moving, (address, row) => {
    const verified = isTrue(row?.['verified']);
    if (row !== undefined && verified !== (row['status'] === 'completed')) moving.remark(REMARKS.status);
    const common = base(address, row, moving);
    return {
      ...common,
      verified,
      status: verified ? 'completed' : row?.['status'] === 'sent' ? 'sent' : 'pending',
      verifiedAt: verified ? (timeIn(row?.['verified_at']) ?? common.updatedAt) : undefined,
    };
  });
}

export const recoveryFrom = (
  wanted: readonly Address[],
  rows: readonly TextRow[],
  moving: Moving,
): readonly RecoveryAddress[] => merged(wanted, rows, moving, (address, row) => base(address, row, moving));

function merged<T extends { readonly id: string }>(
  wanted: readonly Address[],
  rows: readonly TextRow[],
  { remark }: Moving,
  make: (address: Address, row: TextRow | undefined) => T,
): readonly T[] {
  if (rows.some((row) => !wanted.some((address) => isSame(row, address)))) remark(REMARKS.address);
  return wanted
    .map((address) =>
      make(
        address,
        rows.find((row) => isSame(row, address)),
      ),
    )
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** The reference does not write every number in one way. */
function isSame(row: TextRow, { via, value }: Address): boolean {
  const text = row['value'] ?? '';
  const spellings: readonly (string | undefined)[] = [text, lookupIdentifier(text), strictPhone(text)];
  return row['via'] === via && spellings.includes(value);
}

function base({ via, value }: Address, row: TextRow | undefined, { now, random }: Moving): RecoveryAddress {
  return {
    id: row?.['id'] ?? random.uuid(),
    value,
    via,
    createdAt: timeIn(row?.['created_at']) ?? now,
    updatedAt: timeIn(row?.['updated_at']) ?? now,
  };
}
