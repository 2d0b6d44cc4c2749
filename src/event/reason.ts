import { NO_MORE_TRIES, type MessageNumber } from '../kernel/messages.ts';
import type { Message } from '../kernel/message.ts';
import { SallyportError, type Code } from '../kernel/error.ts';

/** Why something was refused, as a class: programs decide by it, and it never holds what was typed. */
export const REASONS = [
  'credentials',
  'code',
  'form',
  'password',
  'identifier_taken',
  'tries_used_up',
  'method',
  'provider',
  'hook',
  'inactive',
  'conflict',
  'sessions_full',
  'state',
  'not_me',
  'error',
] as const;
export type Reason = (typeof REASONS)[number];

const of = (reason: Reason, ...numbers: readonly MessageNumber[]): readonly (readonly [number, Reason])[] =>
  numbers.map((number) => [number, reason]);

/** The class of a refusal by the number of its message; every other one is about a field of the form. */
const BY_MESSAGE: ReadonlyMap<number, Reason> = new Map([
  ...of('credentials', 1900002, 4000006, 4000015, 4000035, 4000037, 4010009),
  ...of('code', 4000008, 4000012, 4000016, 4000036, 4010008, 4040003, 4060004, 4060006, 4070001, 4070006),
  ...of('password', 4000005, 4000031, 4000032, 4000033, 4000034, 4000039),
  ...of('identifier_taken', 4000007, 4000027, 4000028),
  ...of('method', 4010002, 4010003, 4010005, 4010006, 5000002),
  ...of('inactive', 4010011),
  ...of('sessions_full', 4900004),
  ...of('state', 4010007, 4040002, 4060001, 4060002, 4070003),
]);

/** The class of a refusal that a page shows. `returned`: there was no form; the person came back from a provider. */
export function reasonOfMessages(messages: readonly Message[], returned: boolean): Reason {
  if (messages.some(({ context }) => context?.['reason'] === NO_MORE_TRIES)) return 'tries_used_up';
  const known = messages.flatMap(({ id }) => BY_MESSAGE.get(id) ?? []);
  return known[0] ?? (returned ? 'provider' : 'form');
}

const BY_CODE: ReadonlyMap<Code, Reason | undefined> = new Map<Code, Reason | undefined>([
  ['not_found', 'method'],
  ['conflict', 'conflict'],
  ['hook_failed', 'hook'],
  ['hook_timeout', 'hook'],
  ['upstream_error', 'hook'],
  // A limit says so itself, once; and nothing was decided where the server had no time or no database.
  ['too_many_requests', undefined],
  ['overloaded', undefined],
  ['unavailable', undefined],
]);

/** The class of a refusal that an error ended; undefined: it is none. */
export function reasonOfError(error: unknown): Reason | undefined {
  if (!(error instanceof SallyportError)) return 'error';
  if (BY_CODE.has(error.code)) return BY_CODE.get(error.code);
  return error.status >= 500 ? 'error' : 'state';
}
