import { strictMail } from '../identity/identifier.ts';
import type { Message } from '../kernel/message.ts';
import { say } from '../kernel/messages.ts';
import { decode, textOf } from './decode.ts';
import type { Body } from './strategy.ts';

/** The one address a person asks a message for, as it is compared; or what is wrong with it (security RV-2 to RV-4). */
export function readAddress(
  body: Body,
  name = 'email',
): { readonly typed: string; readonly value: string } | { readonly typed: string; readonly wrong: Message } {
  const typed = textOf(decode(body, [{ name, type: 'string' }]), name) ?? '';
  if (typed === '') return { typed, wrong: say(4000002, { property: name }, name) };
  const value = strictMail(typed);
  return value === undefined ? { typed, wrong: say(4000040, { value: typed }, name) } : { typed, value };
}
