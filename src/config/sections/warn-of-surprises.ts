import { isObject } from '../../kernel/json.ts';
import type { Config } from '../config.ts';
import type { LoadContext } from './load-context.ts';
import type { TypedValues } from './typed-values.ts';

/** Warns at start of configurations that work and surprise: mails that nothing sends, sign-ups that tell who has an account. */
export function warnOfSurprises(config: Config, values: TypedValues, context: LoadContext): void {
  warnOfMails(config, values, context);
  warnOfEnumeration(config, context);
  warnOfWaiting(config, context);
  noteScripts(config, values, context);
}

/** Warns of hooks that nobody waits for: a courier calls them, and this process runs none. */
function warnOfWaiting(
  { lists, watchCourier }: Config,
  { command, watchCourier: watched, problems }: LoadContext,
): void {
  if (command !== 'serve' || watchCourier || watched) return;
  const entry = lists.flatMap(({ entries }) => entries).find(({ config }) => isIgnored(config));
  if (entry !== undefined)
    problems.warn(
      entry,
      'waits-for-courier',
      'is a hook with response.ignore, which a courier calls',
      'start with --watch-courier, or run `sallyport courier watch` beside this server',
    );
}

function isIgnored(config: unknown): boolean {
  const response = isObject(config) ? config['response'] : undefined;
  return isObject(response) && response['ignore'] === true;
}

/** Pages that a server renders need no CORS; scripts on another origin do. */
function noteScripts({ flows, serve }: Config, values: TypedValues, { command, problems }: LoadContext): void {
  if (command !== 'serve' || serve.public.cors !== undefined) return;
  const own = URL.parse(serve.public.baseUrl)?.origin;
  const page = (['login', 'registration', 'settings', 'recovery', 'verification'] as const).find(
    (flow) => !flows[flow].ownPage && URL.parse(flows[flow].uiUrl)?.origin !== own,
  );
  if (page !== undefined)
    problems.note(
      values.at(`selfservice.flows.${page}.ui_url`),
      'safe-reading',
      'lies on another origin, and serve.public.cors is off',
      'no script there can read a flow; pages that a server renders need nothing',
    );
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
    values.at('courier.smtp.connection_uri'),
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
