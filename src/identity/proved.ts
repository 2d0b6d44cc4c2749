import type { Identity } from './identity.ts';

/** True for an account of which nobody has proved an address, and which nobody has vouched for (docs/decisions/0042). */
export const isUnproved = ({ provedAt, verifiableAddresses }: Identity): boolean =>
  provedAt === undefined && !verifiableAddresses.some(({ verified }) => verified);

/** The account, proved from `now` on if one of its addresses is verified and it was not proved before. */
export const provedByAddress = (identity: Identity, now: number): Identity =>
  identity.provedAt === undefined && !isUnproved(identity) ? { ...identity, provedAt: now } : identity;
