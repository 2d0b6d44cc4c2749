import { belongsToSession, type FlowRow } from '../../flow/flow.ts';
import { PAGE } from '../../flow/page.ts';
import type { FlowJson } from '../../flow/json.ts';
import { summaryOf } from '../../identity/credentials.ts';
import type { Credential, Identity } from '../../identity/identity.ts';
import { begunByMessage } from '../../session/aal.ts';
import type { View } from '../../strategy/strategy.ts';
import type { Viewer } from '../contract.ts';
import { thaw } from '../machine/snapshot.ts';
import type { Runner } from '../parts.ts';
import type { Position } from '../machine/compiled-flow.ts';
import { keepForPage } from '../store-steps/kept.ts';
import { asksCredential } from '../view/asked-credential.ts';
import { render, viewAt } from '../view/flow-json.ts';
import { drawsPage } from '../view/shown-page.ts';

/** The JSON of a stored flow, with the token, the account and the opened code of the request that shows it. */
export async function viewFlow(runner: Runner, row: FlowRow, viewer: Viewer): Promise<FlowJson> {
  const { csrfToken, session, messages, prefilled } = viewer;
  const stands = thaw(runner.machineOf(row), row);
  const at = messages === undefined ? stands : { ...stands, context: { ...stands.context, messages } };
  const began = session !== undefined && belongsToSession(row) && begunByMessage(session.methods);
  const identity = at.page === PAGE.key ? await whoseKey(runner, row) : viewer.identity;
  const credentials = await credentialsOf(runner, row, at, identity);
  const about = { identity, credentials, owned: summaryOf(credentials), begunByMessage: began, prefilled };
  const kept = await keptOf(runner, row, at, about);
  return render(runner, row, { ...about, csrfToken, kept: ({ method }) => kept.get(method) }, at);
}

/** What the flow keeps for each strategy that draws the page; nothing for a flow that has ended. */
async function keptOf(
  runner: Runner,
  row: FlowRow,
  at: Position,
  about: Parameters<typeof viewAt>[3],
): Promise<ReadonlyMap<string, View['kept']>> {
  const kept = new Map<string, View['kept']>();
  const keeping = at.rests ? drawsPage(runner, row, at).filter(({ keeps }) => keeps !== undefined) : [];
  for (const strategy of keeping)
    kept.set(strategy.method, await keepForPage(runner, row, strategy, viewAt(runner, row, at, about)));
  return kept;
}

/** The account that a login asks for a key. */
const whoseKey = async ({ store }: Runner, { identityId }: FlowRow): Promise<Identity | undefined> =>
  identityId && (await store.identities.find(identityId));

/** The account's credentials: what a refresh may offer, what settings can take away, what a first proof may show. */
async function credentialsOf(
  { store }: Runner,
  row: FlowRow,
  at: Position,
  identity: Identity | undefined,
): Promise<readonly Credential[]> {
  const asked = asksCredential(row, at) ? row.identityId : undefined;
  const owner = belongsToSession(row) || at.page === PAGE.key ? identity?.id : asked;
  return owner === undefined ? [] : store.identities.credentials(owner);
}
