import { credentialsOf } from '../../identity/build.ts';
import type { Credential, CredentialType, Identity } from '../../identity/identity.ts';
import { must, SallyportError } from '../../kernel/error.ts';
import { isObject } from '../../kernel/json.ts';
import { say } from '../../kernel/messages.ts';
import { momentOf } from '../../session/lifetime.ts';
import type { WriteContext } from './write-context.ts';

/** What the first proof of an account leaves of it: the account, what is stored with it, and the types that are void. */
export interface Claim {
  readonly identity: Identity;
  readonly change: { readonly credentials?: readonly Credential[]; readonly removed?: readonly CredentialType[] };
  readonly voided: readonly string[];
}

/**
 * The first proof of an account that nobody had proved or vouched for (docs/decisions/0042). Whoever holds its beginning, or
 * a session of it, keeps everything. To anybody else nothing stays that was made before: credentials, sessions, codes that
 * were sent, changes that wait. Throws 403 where a second factor would have to be shown, which no message takes away.
 */
export async function claim(context: WriteContext, proved: Identity): Promise<Claim> {
  if (await holdsBeginning(context, proved)) return { identity: proved, change: {}, voided: [] };
  return await voidAll(context, proved);
}

/** The browser or app that made the account, one that a sign-in led to its verification, or one that is signed in to it. */
export async function holdsBeginning(
  { request: { row, requester }, unit }: Pick<WriteContext, 'request' | 'unit'>,
  { id }: Pick<Identity, 'id'>,
): Promise<boolean> {
  if (requester.session?.identity.id === id) return true;
  const found = await unit.flows.begunFor(id, { bindings: requester.bindings, id: row.id });
  return found.some((flow) => {
    const { values } = flow.context;
    // Anybody can begin a verification: only those that the server itself began for this account count.
    if (flow.kind === 'verification' && !(isObject(values) && values['account'] === id)) return false;
    // An app holds what it was given the id of.
    if (flow.type === 'api') return flow.id === row.id && row.type === 'api';
    return requester.bindings.includes(flow.csrf);
  });
}

/** Takes back everything that gives access, but for what only says where messages go. */
async function voidAll({ parts, unit }: WriteContext, proved: Identity): Promise<Claim> {
  const { config, schemas, clock, methods } = parts;
  const now = clock.now();
  const { factors } = methods;
  const before = await unit.identities.credentials(proved.id);
  if (factors.outlivesMail(before)) {
    const message = say(4900002);
    throw new SallyportError('forbidden', message.text, { details: { messages: [message] } });
  }
  const gone = before.filter(({ type }) => !factors.isMailed(type));
  const kept = before.filter(({ type }) => factors.isMailed(type));
  const schema = must(schemas.get(proved.schemaId), `Schema ${proved.schemaId}`);
  const credentials = credentialsOf(schema, proved.traits, [], kept, now);
  const { total } = await unit.sessions.listOf(proved.id, {
    ...momentOf(config.session, now),
    active: true,
    page: 0,
    size: 1,
  });
  await unit.sessions.revokeOthers(proved.id, undefined, 'claimed');
  await unit.secrets.voidOf(proved.id);
  return {
    identity: { ...proved, availableAal: factors.availableAal(credentials) },
    change: { credentials, removed: gone.map(({ type }) => type) },
    voided: [...gone.filter(givesAccess).map(({ type }) => type), ...(total > 0 ? ['session'] : [])].toSorted(),
  };
}

/** An identity schema makes credentials without a secret. */
const givesAccess = ({ config }: Credential): boolean => Object.keys(config).length > 0;
