import { PAGE } from '../../flow/page.ts';
import { belongsToSession } from '../../flow/flow.ts';
import { begunByMessage } from '../../session/aal.ts';
import { privileged } from '../../session/lifetime.ts';
import { keptKind } from '../../strategy/kept-kind.ts';
import type { AttemptContext, Client } from '../../strategy/strategy.ts';
import type { Requester } from '../contract.ts';
import type { Position } from '../machine/compiled-flow.ts';
import type { PrepareParts } from '../parts.ts';
import { wantsExchange } from '../store-steps/session-token-exchange.ts';
import { openVault } from '../store-steps/vault.ts';
import { returned, type FlowRequest } from '../values.ts';
import { shownPage } from '../view/shown-page.ts';

/** Vault entries of these pages are opened for their strategy. */
const KEEPS: ReadonlySet<Position['page']> = new Set([PAGE.held, PAGE.away, PAGE.sent]);

/** Whose shares a request takes. Before anything is read, whoever shows some earlier sign-in is taken as known. */
export function clientOf(
  { network: { name, counted }, session, devices }: Pick<Requester, 'network' | 'session' | 'devices'>,
  known = session !== undefined || devices.length > 0,
): Client {
  return { network: counted ? `network ${name}` : undefined, known };
}

/** What a strategy is told about the submit and the flow it stands in. */
export async function attemptContext(parts: PrepareParts, request: FlowRequest, at: Position): Promise<AttemptContext> {
  const { row, requester, strategy, transientPayload, exhausted, named, device, providerResult } = request;
  const { session } = requester;
  const { page, context } = at;
  const { config, clock, store } = parts;
  const now = clock.now();
  const kind = page === PAGE.held ? `${page}:${strategy?.method}` : page;
  return {
    kind: row.kind,
    type: row.type,
    client: clientOf(requester, device?.shared === false || row.kind === 'settings'),
    flowId: row.id,
    revision: row.revision,
    requestUrl: row.requestUrl,
    transientPayload,
    page: strategy?.pages.includes(page) === false ? shownPage(parts, row, at) : page,
    schemaId: row.schemaId ?? session?.identity.schemaId ?? parts.schemas.defaultId,
    named,
    draft: context.draft ?? undefined,
    values: context.values,
    identity: belongsToSession(row) ? session?.identity : undefined,
    sessionId: belongsToSession(row) ? session?.session.id : undefined,
    returned: returned(request),
    privileged:
      session !== undefined && privileged(session.session, config.flows.settings.privilegedSessionMaxAge, now),
    refresh: row.refresh,
    requestedAal: row.requestedAal,
    begunByMessage: session !== undefined && belongsToSession(row) && begunByMessage(session.session.methods),
    exhausted,
    kept: strategy?.keeps && (await openVault(parts, store.vault, row.id, keptKind(strategy.method))),
    vault: KEEPS.has(page) ? await openVault(parts, store.vault, row.id, kind) : undefined,
    byCode: wantsExchange(row),
    providerResult,
    begunAt: row.issuedAt,
    now,
  };
}
