import type { Config } from '../config.ts';
import type { LoadContext } from './load-context.ts';
import type { TypedValues } from './typed-values.ts';

/** Warns at start of configurations that work and surprise: mails that nothing sends, sign-ups that tell who has an account. */
export function warnOfSurprises(config: Config, values: TypedValues, context: LoadContext): void {
  warnOfMails(config, values, context);
  warnOfEnumeration(config, context);
}

/** Warns that mails stay in the outbox, where a flow or a hook sends some and no server is named. */
function warnOfMails({ flows, courier, lists }: Config, values: TypedValues, { command, problems }: LoadContext): void {
  const listed = lists
    .flatMap(({ entries }) => entries)
    .find(({ hook }) => hook === 'verify' || hook === 'verification');
  const reason =
    listed?.path ?? (flows.verification.enabled || flows.recovery.enabled ? 'selfservice.flows' : undefined);
  if (
    command !== 'serve' ||
    reason === undefined ||
    courier.smtp ||
    courier.http ||
    values.has('courier.smtp.connection_uri')
  )
    return;
  problems.warn(
    { path: 'courier.smtp.connection_uri', place: undefined },
    'mail-goes-nowhere',
    `is missing, but ${reason} sends mails`,
    'they stay in the outbox until it is set',
  );
}

/** Warns once that a session after registration reveals whether an address was free (security EN-2). */
function warnOfEnumeration({ lists, enumerationMitigation }: Config, { files, problems }: LoadContext): void {
  const entry = lists
    .filter(({ flow, point }) => flow === 'registration' && point === 'after')
    .flatMap(({ entries }) => entries)
    .find(({ hook }) => hook === 'session');
  if (entry === undefined || files.length === 0) return;
  const found = 'signs people in when they register, so the answer tells whether an address was free';
  const allowed = enumerationMitigation
    ? 'security.account_enumeration.mitigate cannot hold for registration: remove the hook'
    : 'remove the hook if accounts must not be guessed';
  problems.warn(entry, 'account-revealed', found, allowed);
}
