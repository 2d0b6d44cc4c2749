import { count, list, maybe, text, uuid, word, type Members, type ValuesOf } from './member.ts';
import { REASONS } from './reason.ts';

/**
 * `accomplished`: stored by a transaction, and told after its commit; `refused`: told at once, at most twenty times a minute
 * for one network; `noted`: told at once, each time.
 */
export type Nature = 'accomplished' | 'refused' | 'noted';

interface Entry<N extends Nature, M extends Members> {
  readonly nature: N;
  /** From 1; raised when a member goes or changes its type, not when one is added. */
  readonly version: number;
  readonly when: string;
  /** Members of its own. */
  readonly members: M;
}

const kind =
  <const N extends Nature>(nature: N) =>
  <M extends Members>(when: string, members: M, version = 1): Entry<N, M> => ({ nature, version, when, members });
const accomplished = kind('accomplished');
const refused = kind('refused');
const noted = kind('noted');

const method = maybe(text('The sign-in method; absent where none was responsible.'));
const reason = word(REASONS, 'Why it was refused, as a class.');
const type = text('The type of the credential: `password`, `oidc`, `totp` …');
const changedBy = word(
  ['self', 'admin', 'recovery'],
  'Who changed it: the person, an administrator, or the person in the settings that a recovery opens.',
);

/**
 * Every security event there is (security LG-3). JSON Schema and docs/reference/events.md are made from this table: a feature
 * that brings an event adds its row here and tells it through `SecurityEvents`.
 */
export const EVENTS = {
  'login.succeeded': accomplished('A person signed in, signed in again, or added a second factor to their session.', {
    method,
    aal: maybe(word(['aal1', 'aal2'], 'The level of the session; absent where the configuration makes none.')),
  }),
  'login.failed': refused('A sign-in was refused.', {
    method,
    aal: word(['aal1', 'aal2'], 'The level that was asked for.'),
    reason,
  }),
  'registration.succeeded': accomplished('An account was made. With `session`, its person is signed in.', { method }),
  'registration.refused': refused('A registration was refused.', { method, reason }),
  'recovery.started': accomplished('A recovery code or link was asked for.', {
    method,
    by: word(['self', 'admin'], 'Who asked: somebody who typed the address, or an administrator.'),
  }),
  'recovery.succeeded': accomplished('A recovery code or link was used, and its person is signed in.', { method }),
  'recovery.failed': refused('A recovery was refused.', { method, reason }),
  'verification.succeeded': accomplished('An address was proved.', {
    method,
    via: maybe(word(['email', 'sms'], 'The kind of the address.')),
  }),
  'verification.failed': refused('A proof of an address was refused.', {
    method,
    reason,
    via: maybe(word(['email', 'sms'], 'The kind of the address.')),
  }),
  'credential.added': accomplished('An account got another way to sign in, or another factor.', {
    type,
    by: changedBy,
  }),
  'credential.removed': accomplished('An account lost a way to sign in, or a factor.', { type, by: changedBy }),
  'authenticator.copied': refused(
    'A security key or passkey has counted fewer signatures than before, so there may be a copy of it. The sign-in was refused.',
    { type },
  ),
  'password.changed': accomplished('A password was replaced.', { by: changedBy }),
  'address.changed': accomplished(
    'An identifier, or an address for verification or recovery, was added, removed or replaced; `identifier_hash` is that of the one before.',
    { type: word(['email', 'sms', 'identifier'], 'What changed.'), by: changedBy },
  ),
  'account.claimed': accomplished(
    'The first proof of an account that nobody had proved or vouched for; also when it voided nothing.',
    { voided: list(text('A type of credential, or `session`.'), 'What of before can no longer be used.') },
  ),
  'session.issued': accomplished('A session was handed out that no other event of the same act carries.', {
    cause: word(['exchange'], '`exchange`: an app took the session that its browser signed in with.'),
  }),
  'session.revoked': accomplished('Sessions that were active have been ended, by one act.', {
    cause: word(
      ['logout', 'self', 'hook', 'replaced', 'admin', 'claimed', 'limit'],
      '`self`: the person ended others of theirs; `replaced`: another sign-in in the same client took its place; `claimed`: the first proof of the account voided them; `limit`: there were more than `session.max_per_identity`.',
    ),
    count: count('How many.'),
    sessions: list(uuid('A session.'), 'Which; at most 100.'),
  }),
  'limit.reached': refused('A limit was reached: once for each window and key.', {
    budget: text('The name of the limit below `limits`.'),
    key_kind: word(['account', 'address', 'flow', 'network', 'pair', 'route'], 'What is counted.'),
  }),
  'return_to.refused': refused('An address to return to was refused.', {
    where: word(['begin', 'use'], '`begin`: as a flow was opened; `use`: as somebody was to be sent there.'),
    host: text('The host of the address; empty where it has none.'),
  }),
  'csrf.refused': refused('A request was refused that another site may have caused.', {
    why: word(
      ['no_cookie', 'other_cookie', 'no_token', 'wrong_token', 'cross_site'],
      'The cookie or the token of the form is missing or another one; or the browser said that another site sent the request.',
    ),
  }),
  'session.conflict': refused('Session cookies of different people came in one request; none of them counts.', {
    identities: list(uuid('An account.'), 'Whose cookies they were.'),
  }),
  'configuration.reloaded': noted('A changed configuration was read and is in force.', {
    hash: text('Tells it from other configurations; as `GET /admin/health/config` answers.'),
    by: word(['signal', 'watch'], 'What made the server read it: SIGHUP, or a file that changed.'),
  }),
  'admin.write': noted('The admin API changed something.', {
    route: text('The method and the pattern of the path.'),
    audit: text('What was done, such as `identity.patch`.'),
    fields: list(text('A field.'), 'The names of the fields that changed, at most 100; never their values.'),
  }),
  'secret.rotated': noted('At start: the newest secret of a list stands before older ones, which are still accepted.', {
    key: text('The key of the list in the configuration.'),
    older: count('How many older secrets are still accepted.'),
  }),
  'configuration.weak': noted('At start: a setting weakens security.', {
    key: text('The key in the configuration.'),
    issue: text('The kind of the warning, as `sallyport check` has it.'),
  }),
} satisfies Readonly<Record<string, Entry<Nature, Members>>>;

/** Members that every event has; `identifier_hash` and `suppressed` are put in by the emitter. */
export const COMMON = {
  event: text('The name of the event.'),
  version: count('The version of its form, from 1.'),
  id: uuid('The event itself, a UUID of version 7: a line that comes twice has the same.'),
  time: { schema: { type: 'string', format: 'date-time', description: 'UTC, with milliseconds.' }, optional: false },
  request: maybe(text('The request, as `request_id` on other lines of the log.')),
  flow: maybe(uuid('The flow; `sallyport why` tells more of it.')),
  identity: maybe(uuid('The account.')),
  session: maybe(uuid('The session.')),
  client: maybe(text('The address of the client.')),
  network: maybe(text('Its network, as the limits count it.')),
  device: maybe(word(['known', 'new', 'app'], 'Whether the account signed in from this device before.')),
  identifier_hash: maybe(
    text(
      'A keyed hash of the identifier: `h1.`, the id of the key, the hash. Equal where key and identifier are equal.',
    ),
  ),
  suppressed: maybe(count('So many of these refusals of this network had no line of their own.')),
} as const satisfies Members;

export type EventName = keyof typeof EVENTS;
/** The names of the events of one nature. */
export type NamesOf<N extends Nature> = {
  [Name in EventName]: (typeof EVENTS)[Name]['nature'] extends N ? Name : never;
}[EventName];

/** What the place that tells an event may know beside its own members. */
export interface About {
  readonly flow?: string | undefined;
  readonly identity?: string | undefined;
  readonly session?: string | undefined;
  readonly device?: 'known' | 'new' | 'app' | undefined;
  /** In clear, and never told: the event has its keyed hash. */
  readonly identifier?: string | undefined;
}

export type MembersOf<Name extends EventName> = ValuesOf<(typeof EVENTS)[Name]['members']>;

/** An event as the log and whoever else listens get it. */
export type SecurityEvent = Readonly<Record<string, unknown>> & {
  readonly event: EventName;
  readonly id: string;
  readonly time: string;
};
