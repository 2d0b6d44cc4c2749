import type { Context } from 'koa';
import { SallyportError } from '../../kernel/error.ts';
import { parseIdentityId, parseSessionId } from '../../kernel/id.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { ManySessions } from '../../session/session.ts';
import { ADMIN_BODY, readJson } from '../middleware/body.ts';
import { writeJson } from '../middleware/json.ts';
import { audit } from './audit.ts';
import type { AdminContext } from './context.ts';
import { allowMembers, readObject } from './json-object.ts';

/** Ids of one request. */
const MOST_IDS = 500;
/** Sessions that one request for everybody ends; whoever asks comes again while there are more. */
const MOST_ENDED = 5_000;
/** Nobody has so many sessions: those of the ids that are named are all ended. */
const ALL = 1_000_000;

/**
 * Disables or deletes the sessions that are named, those of the people who are, or with `identities: ["*"]` everybody's.
 * Answers how many, and whether there are more. Unknown ids are passed over.
 */
export async function endManySessions(admin: AdminContext, ctx: Context): Promise<void> {
  const body = readObject(await readJson(ctx, ADMIN_BODY), 'The body');
  allowMembers(body, ['action', 'identities', 'sessions'], 'The body');
  const { action } = body;
  if (action !== 'disable' && action !== 'delete') throw refused('action is disable or delete.');
  const these = readThese(body);
  const most = these === 'all' ? MOST_ENDED : ALL;
  const ended = await admin.store.transaction((unit) => unit.sessions.endMany(these, action, most));
  if (these !== 'all' && 'sessions' in these)
    for (const id of these.sessions) audit(admin, ctx, `session.${action}`, id);
  else for (const id of peopleOf(these)) audit(admin, ctx, `identity.sessions.${action}`, id);
  writeJson(ctx, 200, { processed: ended.length, more: these === 'all' && ended.length === MOST_ENDED });
}

const peopleOf = (these: ManySessions): readonly string[] =>
  these !== 'all' && 'identities' in these ? these.identities : ['*'];

function readThese({ identities, sessions }: JsonObject): ManySessions {
  const people = readIds(identities, 'identities');
  const own = readIds(sessions, 'sessions');
  if (people.length > 0 === own.length > 0) throw refused('Exactly one of identities and sessions names somebody.');
  if (people.includes('*')) {
    if (people.length > 1) throw refused('identities has * and others.');
    return 'all';
  }
  return people.length > 0
    ? { identities: people.map((id) => parseIdentityId(id) ?? malformed(id, 'identities')) }
    : { sessions: own.map((id) => parseSessionId(id) ?? malformed(id, 'sessions')) };
}

function readIds(value: Json | undefined, name: string): readonly string[] {
  if (value === undefined || value === null) return [];
  const ids = Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : undefined;
  if (!Array.isArray(value) || ids?.length !== value.length) throw refused(`${name} is no list of ids.`);
  if (ids.length > MOST_IDS) throw refused(`${name} has more than ${MOST_IDS} ids.`);
  return ids;
}

const malformed = (id: string, name: string): never => {
  throw refused(`${name} has ${JSON.stringify(id.slice(0, 64))}, which is no id.`);
};

const refused = (reason: string): SallyportError => new SallyportError('bad_request', reason);
