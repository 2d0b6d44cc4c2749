import type { Channel } from '../kernel/draft.ts';
import type { Identifier } from '../kernel/id.ts';
import type { Message } from '../kernel/message.ts';
import { say } from '../kernel/messages.ts';
import { type Extension, readExtension } from './extension.ts';
import { strictIdentifier, strictMail, strictPhone } from './identifier.ts';
import type { Annotated } from './validator.ts';

export type FlaggedType = 'password' | 'webauthn' | 'code';

export interface Address {
  readonly via: Channel;
  readonly value: string;
}

/** What the traits mean under their schema. */
export interface Derived {
  /** For each type the schema flags a trait for, normalised and sorted; empty when the trait is not there. */
  readonly identifiers: Readonly<Partial<Record<FlaggedType, readonly Identifier[]>>>;
  /** Where sign-in codes can be sent. */
  readonly codeAddresses: readonly Address[];
  readonly verifiable: readonly Address[];
  readonly recovery: readonly Address[];
  /** What an authenticator app shows. */
  readonly accountName: string | undefined;
}

/** Identifiers and addresses of annotated values, or what is wrong with them. */
export function derive(
  annotated: readonly Annotated[],
  flagged: ReadonlySet<FlaggedType>,
): Derived | readonly Message[] {
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
    const identifier = strictIdentifier(typed);
    if (identifier === undefined && used(extension)) {
      problems.push(say(4000001, { reason: 'This is too long or holds characters that cannot be seen.' }, name));
      continue;
    }
    if (identifier === undefined) continue;
    if (extension.totpName) accountName ??= typed;
    if (extension.password) sets.password.add(identifier);
    if (extension.webauthn) sets.webauthn.add(identifier);
    const address = (via: Channel, into: Map<string, Address>): void => {
      const found = addressOf(via, typed, identifier, format);
      if (found === undefined) problems.push(say(via === 'sms' ? 4000041 : 4000040, { value: typed }, name));
      else into.set(`${via} ${found}`, { via, value: found });
    };
    if (extension.code !== undefined) {
      address(extension.code, codeAddresses);
      const found = addressOf(extension.code, typed, identifier, format);
      if (found !== undefined) sets.code.add(found);
    }
    if (extension.verification !== undefined) address(extension.verification, verifiable);
    if (extension.recovery !== undefined) address(extension.recovery, recovery);
  }

  if (problems.length > 0) return unrepeated(problems);
  const sorted = (type: FlaggedType): Partial<Record<FlaggedType, readonly Identifier[]>> =>
    flagged.has(type) ? { [type]: [...sets[type]].toSorted() } : {};
  return {
    identifiers: { ...sorted('password'), ...sorted('webauthn'), ...sorted('code') },
    codeAddresses: [...codeAddresses.values()],
    verifiable: [...verifiable.values()],
    recovery: [...recovery.values()],
    accountName,
  };
}

/** Formats that say nothing about a channel leave the value as it is: a schema may route mail its own way. */
const FREE_FORMATS: ReadonlySet<string | undefined> = new Set(['no-validate', 'date', 'time', 'date-time']);

function addressOf(
  via: Channel,
  typed: string,
  identifier: Identifier,
  format: string | undefined,
): Identifier | undefined {
  if (FREE_FORMATS.has(format)) return identifier;
  return via === 'sms' ? strictPhone(typed) : strictMail(typed);
}

function used(extension: Extension): boolean {
  const { password, webauthn, code, verification, recovery } = extension;
  return password || webauthn || [code, verification, recovery].some((each) => each !== undefined);
}

function unrepeated(messages: readonly Message[]): readonly Message[] {
  return [...new Map(messages.map((message) => [`${message.at} ${message.id}`, message])).values()];
}
