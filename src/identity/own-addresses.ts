import type { Channel } from '../kernel/draft.ts';
import { takesMail } from '../kernel/mail-address.ts';
import type { Identity } from './identity.ts';

/** An address at which the owner of an account is told of it. */
export interface OwnAddress {
  readonly via: Channel;
  readonly value: string;
  /** Its owner has confirmed it. */
  readonly proved: boolean;
}

/**
 * Where the owner of an account is told of it: at each mail address, or by text message where there is none and `texts`
 * says that one can be sent. Where some are proved, one that could be and is not may be a stranger's and is left out.
 */
export function ownAddresses(
  { verifiableAddresses, recoveryAddresses }: Pick<Identity, 'verifiableAddresses' | 'recoveryAddresses'>,
  { texts }: { readonly texts: boolean },
): readonly OwnAddress[] {
  const verifiable = new Map(verifiableAddresses.map((each) => [each.value, each]));
  const alone = recoveryAddresses.filter(({ value }) => !verifiable.has(value));
  const known = [...verifiable.values(), ...new Map(alone.map((each) => [each.value, each])).values()];
  const mails = known.filter(takesMail);
  const reached = mails.length > 0 || !texts ? mails : known.filter(({ via }) => via === 'sms');
  const addresses = reached.map(({ via, value }) => {
    const proof = verifiable.get(value);
    return { via, value, proved: proof?.verified === true, provable: proof !== undefined };
  });
  const some = addresses.some(({ proved }) => proved);
  return addresses
    .filter(({ proved, provable }) => proved || !provable || !some)
    .map(({ via, value, proved }) => ({ via, value, proved }));
}
