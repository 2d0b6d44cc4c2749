import type { Channel } from '../kernel/draft.ts';
import type { Identifier } from '../kernel/id.ts';
import type { Message } from '../kernel/message.ts';
import { say } from '../kernel/messages.ts';
import { type Extension, readExtension } from './extension.ts';
import { parseStoredMailAddress } from '../kernel/mail-address.ts';
import { lookupIdentifier, strictIdentifier, strictMail, strictPhone } from './identifier.ts';
import type { Annotated } from './validator.ts';

/** Types of credential whose identifiers a schema flags. */
export type FlaggedType = 'password' | 'webauthn' | 'code';

/** An address, normalised. */
export interface Address {
  readonly via: Channel;
  readonly value: string;
}

/** Identifiers and addresses that the schema finds in traits. */
export interface Derived {
  /** By each type for which the schema flags a trait: normalised, sorted, empty when the trait is missing. */
  readonly identifiers: Readonly<Partial<Record<FlaggedType, readonly Identifier[]>>>;
  /** Addresses that sign-in codes can be sent to. */
  readonly codeAddresses: readonly Address[];
  readonly verifiable: readonly Address[];
  readonly recovery: readonly Address[];
  /** The account name that an authenticator app shows. */
  readonly accountName: string | undefined;
}

/** Identifiers and addresses of values that a person typed; or a message for every value that is neither. */
export function derive(
  annotated: readonly Annotated[],
  flagged: ReadonlySet<FlaggedType>,
): Derived | readonly Message[] {
  const { derived, problems } = read(annotated, flagged, AS_TYPED);
  return problems.length > 0 ? unrepeated(problems) : derived;
}

/**
 * Identifiers and addresses of stored values. They passed the rules of the day they were typed, and a rule that became
 * stricter must not lock an account out: no value is refused. A value that is no address under any rule is left out.
 */
export function deriveStored(annotated: readonly Annotated[], flagged: ReadonlySet<FlaggedType>): Derived {
  return read(annotated, flagged, AS_STORED).derived;
}

/** How strictly values are read. Each function returns undefined for a value that it refuses. */
interface Reading {
  readonly identifier: (typed: string) => Identifier | undefined;
  readonly mail: (typed: string) => Identifier | undefined;
  /** The format by which an address for codes is read. */
  readonly codeFormat: (format: string | undefined) => string | undefined;
}

const AS_TYPED: Reading = { identifier: strictIdentifier, mail: strictMail, codeFormat: () => undefined };

const AS_STORED: Reading = {
  identifier: lookupIdentifier,
  mail: (typed) => {
    const identifier = lookupIdentifier(typed);
    return parseStoredMailAddress(identifier) === undefined ? undefined : identifier;
  },
  codeFormat: (format) => (format === 'email' || format === 'tel' ? undefined : format),
};

function read(
  annotated: readonly Annotated[],
  flagged: ReadonlySet<FlaggedType>,
  reading: Reading,
): { readonly derived: Derived; readonly problems: readonly Message[] } {
  const problems: Message[] = [];
  const sets = { password: new Set<Identifier>(), webauthn: new Set<Identifier>(), code: new Set<Identifier>() };
  const codeAddresses = new Map<string, Address>();
  const verifiable = new Map<string, Address>();
  const recovery = new Map<string, Address>();
  let accountName: string | undefined;

  for (const { extension: written, format, value, name } of annotated) {
    const typed = typeof value === 'number' ? String(value) : value;
    if (typeof typed !== 'string' || typed === '') continue;
    const extension = readExtension(written, '', () => undefined);
    const identifier = reading.identifier(typed);
    if (identifier === undefined && used(extension)) {
      problems.push(say(4000001, { reason: 'This is too long or holds characters that cannot be seen.' }, name));
      continue;
    }
    if (identifier === undefined) continue;
    if (extension.totpName) accountName ??= typed;
    if (extension.password) sets.password.add(identifier);
    if (extension.webauthn) sets.webauthn.add(identifier);
    const add = (via: Channel, into: Map<string, Address>, as: string | undefined): Identifier | undefined => {
      const kind = as ?? FORMAT_OF[via];
      const found = kind === 'tel' ? strictPhone(typed) : kind === 'email' ? reading.mail(typed) : identifier;
      if (found === undefined) problems.push(say(kind === 'tel' ? 4000041 : 4000040, { value: typed }, name));
      else into.set(`${via} ${found}`, { via, value: found });
      return found;
    };
    if (extension.code !== undefined) {
      const found = add(extension.code, codeAddresses, reading.codeFormat(format));
      if (found !== undefined) sets.code.add(found);
    }
    if (extension.verification !== undefined) add(extension.verification, verifiable, format);
    if (extension.recovery !== undefined) add(extension.recovery, recovery, format);
  }

  const sorted = (type: FlaggedType): Partial<Record<FlaggedType, readonly Identifier[]>> =>
    flagged.has(type) ? { [type]: [...sets[type]].toSorted() } : {};
  return {
    problems,
    derived: {
      identifiers: { ...sorted('password'), ...sorted('webauthn'), ...sorted('code') },
      codeAddresses: [...codeAddresses.values()],
      verifiable: [...verifiable.values()],
      recovery: [...recovery.values()],
      accountName,
    },
  };
}

/**
 * What an address is read as where the schema names no format. Where it names one, that decides, whatever the channel is; any
 * but these two leaves the value as it is, for a schema may route messages its own way.
 */
const FORMAT_OF: Readonly<Record<Channel, 'email' | 'tel'>> = { email: 'email', sms: 'tel' };

function used(extension: Extension): boolean {
  const { password, webauthn, code, verification, recovery } = extension;
  return password || webauthn || [code, verification, recovery].some((each) => each !== undefined);
}

function unrepeated(messages: readonly Message[]): readonly Message[] {
  return [...new Map(messages.map((message) => [`${message.at} ${message.id}`, message])).values()];
}
