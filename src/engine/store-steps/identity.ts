import { PAGE } from '../../flow/page.ts';
import { changedIdentity, credentialsOf, newIdentity } from '../../identity/build.ts';
import { must } from '../../kernel/error.ts';
import { dropKept } from './kept.ts';
import { proveInSettings } from './session.ts';
import { spends } from './spend.ts';
import { done, stale, taken, type StoreStepRun } from './write-context.ts';
import { hidesTaken, notifyOwner } from './hide-taken-identifier.ts';
import { identifierTakenMessage } from './identifier-taken-message.ts';

/** Stores the account of a registration with its credentials. */
export const storeIdentity: StoreStepRun = async (context, at, written) => {
  const { parts, request, prepared, unit } = context;
  const { schemas, clock, random, methods } = parts;
  const draft = must(at.context.draft ?? undefined, 'The draft');
  const schema = must(schemas.get(draft.identity.schemaId), `Schema ${draft.identity.schemaId}`);
  const now = clock.now();
  const credentials = credentialsOf(schema, draft.identity.traits, prepared.writes?.credentials ?? [], [], now);
  const identity = newIdentity(schema, draft.identity, {
    now,
    random,
    credentials,
    factors: methods.factors,
    madeFrom: request.requester.userAgent,
  });
  const conflict = await unit.identities.insert(identity, credentials);
  // A key is no identifier: that it is known tells nothing about anybody.
  const hidden = hidesTaken(parts, request) && conflict?.what !== 'authenticator';
  if (conflict !== undefined && !hidden) return taken(written, [await identifierTakenMessage(parts, conflict, unit)]);
  const notified = hidden && (await notifyOwner(context, identity, conflict));
  return done({
    ...written,
    identity: { ...identity, version: 1 },
    hiddenDuplicate: conflict !== undefined,
    mailed: written.mailed || notified,
  });
};

/** Stores what a settings flow changed of the signed-in account. */
export const storeChanges: StoreStepRun = async (context, at, written) => {
  const { parts, request, prepared, unit } = context;
  const { schemas, clock, random, methods } = parts;
  const draft = must(at.context.draft ?? undefined, 'The draft');
  const before = must(request.requester.session?.identity, 'The signed-in identity');
  const schema = must(schemas.get(draft.identity.schemaId), `Schema ${draft.identity.schemaId}`);
  const now = clock.now();
  const { credentials: added = [], removed = [], spend } = prepared.writes ?? {};
  const stored = await unit.identities.credentials(before.id);
  const current = stored.filter(({ type }) => !removed.includes(type));
  const credentials = credentialsOf(schema, draft.identity.traits, added, current, now);
  const identity = changedIdentity(schema, before, draft.identity, {
    now,
    random,
    credentials,
    factors: methods.factors,
  });
  const answer = await unit.identities.update(identity, {
    before: { identity: before, credentials: stored },
    credentials: credentials.filter((each) => !stored.includes(each)),
    removed,
  });
  if (answer === 'stale') return stale(written);
  if (answer !== undefined) return taken(written, [await identifierTakenMessage(parts, answer, unit)]);
  if (spend !== undefined && !(await spends(unit, identity, spend))) return taken(written, [spend.message]);
  const issued = await proveInSettings(context);
  if (issued === 'stale') return stale(written);
  if (at.page === PAGE.held) await unit.vault.consume(request.row.id, `${PAGE.held}:${request.strategy?.method}`);
  await dropKept(parts, unit, request.row);
  return done({ ...written, identity: { ...identity, version: identity.version + 1 }, issued });
};
