import type { FlowReads } from '../../flow/flow.ts';
import { credentialsOf } from '../../identity/build.ts';
import type { Credential, CredentialType, Identity, IdentityReads } from '../../identity/identity.ts';
import { madeMessage } from '../../identity/made-message.ts';
import { pressed } from '../../kernel/body.ts';
import { must, SallyportError } from '../../kernel/error.ts';
import { isObject } from '../../kernel/json.ts';
import { say } from '../../kernel/messages.ts';
import type { Message } from '../../kernel/message.ts';
import type { SessionReads } from '../../session/session.ts';
import type { WriteParts } from '../parts.ts';
import type { FlowRequest } from '../values.ts';
import { countActiveSessions } from './active-sessions.ts';
import type { WriteContext } from './write-context.ts';

/** What the first proof of an account leaves of it: the account, what is stored with it, and the types that are void. */
export interface Claim {
  readonly identity: Identity;
  readonly change: { readonly credentials?: readonly Credential[]; readonly removed?: readonly CredentialType[] };
  /** Undefined: nothing is void. */
  readonly voids: readonly CredentialType[] | undefined;
}

/** The page asks for a credential of the account, or for the word that nothing is to stay. */
export interface Asks {
  readonly asks: readonly Message[];
}

/**
 * The first proof of an account that nobody had proved or vouched for (docs/decisions/0042). Whoever holds its beginning, or
 * a session of it, or shows a credential of it, keeps everything. A verification by anybody else asks for one. Otherwise nothing
 * stays that was made before: credentials, sessions, codes that were sent, changes that wait. Throws 403 where a second
 * factor would have to be shown, which no message takes away. `shown`: this submit is a sign-in by another credential of the
 * account.
 */
export async function claim(context: WriteContext, proved: Identity, shown: boolean): Promise<Claim | Asks> {
  const { request, prepared, unit, parts } = context;
  const { credential } = prepared;
  const keeps = shown || credential?.right === true || (await holdsBeginning(unit.flows, request, proved));
  const kept: Claim = { identity: proved, change: {}, voids: undefined };
  if (keeps) return kept;
  if (!(await hasAccess(unit, parts, proved))) {
    await unit.identities.endDevices(proved.id, parts.clock.now());
    return kept;
  }
  if (request.row.kind === 'verification' && !pressed(request.body, 'set_new'))
    return { asks: [...(credential?.messages ?? []), madeMessage(proved)] };
  return await voidAll(context, proved);
}

/** Whether there is anything by which somebody gets into the account, but for messages to its addresses. */
export async function hasAccess(
  { identities, sessions }: { readonly identities: IdentityReads; readonly sessions: SessionReads },
  parts: Pick<WriteParts, 'methods' | 'clock' | 'config'>,
  { id }: Pick<Identity, 'id'>,
): Promise<boolean> {
  const credentials = await identities.credentials(id);
  if (credentials.some((each) => givesAccess(each) && !parts.methods.factors.isMailed(each.type))) return true;
  return (await countActiveSessions(sessions, parts, id)) > 0;
}

/** The browser or app that made the account, one that a sign-in led to its verification, or one that is signed in to it. */
export async function holdsBeginning(
  flows: Pick<FlowReads, 'begunFor'>,
  { row, requester }: Pick<FlowRequest, 'row' | 'requester'>,
  { id }: Pick<Identity, 'id'>,
): Promise<boolean> {
  if (requester.session?.identity.id === id) return true;
  const found = await flows.begunFor(id, { bindings: requester.bindings, id: row.id });
  return found.some((flow) => {
    const { values } = flow.context;
    // Anybody can begin a verification: only those that the server itself began for this account count.
    if (flow.kind === 'verification' && !(isObject(values) && values['account'] === id)) return false;
    // An app holds what it was given the id of. A browser that was led to the flow of an app has cookies.
    if (flow.type === 'api') return flow.id === row.id && requester.bindings.length === 0;
    return requester.bindings.includes(flow.csrf);
  });
}

/** Takes back everything that gives access, but for what only says where messages go. Sessions end by `endAccess`. */
async function voidAll({ parts, unit }: WriteContext, proved: Identity): Promise<Claim> {
  const { schemas, clock, methods } = parts;
  const { factors } = methods;
  const before = await unit.identities.credentials(proved.id);
  if (factors.outlivesMail(before)) {
    const message = say(4900002);
    throw new SallyportError('second_factor_missing', message.text, { details: { messages: [message] } });
  }
  const gone = before.filter(({ type }) => !factors.isMailed(type));
  const kept = before.filter(({ type }) => factors.isMailed(type));
  const schema = must(schemas.get(proved.schemaId), `Schema ${proved.schemaId}`);
  const credentials = credentialsOf(schema, proved.traits, [], kept, clock.now());
  return {
    identity: { ...proved, availableAal: factors.availableAal(credentials) },
    change: { credentials, removed: gone.map(({ type }) => type) },
    voids: gone.filter(givesAccess).map(({ type }) => type),
  };
}

/**
 * Ends the sessions of an account whose credentials are void, and what was mailed or put aside for it. After the account is
 * stored: until then somebody could sign in between, and their session would stay.
 */
export async function endAccess(
  { parts, unit }: Pick<WriteContext, 'parts' | 'unit'>,
  { id }: Pick<Identity, 'id'>,
): Promise<readonly string[]> {
  const count = await countActiveSessions(unit.sessions, parts, id);
  await unit.sessions.revokeOthers(id, undefined, 'claimed');
  await unit.secrets.voidOf(id);
  return count > 0 ? ['session'] : [];
}

/** An identity schema makes credentials without a secret. */
const givesAccess = ({ config }: Credential): boolean => Object.keys(config).length > 0;
