import { belongsToSession, type FlowRow } from '../../flow/flow.ts';
import type { FlowJson } from '../../flow/json.ts';
import { summaryOf } from '../../identity/credentials.ts';
import type { CredentialSummary, Identity } from '../../identity/identity.ts';
import type { Viewer } from '../contract.ts';
import { thaw } from '../machine/snapshot.ts';
import type { Runner } from '../parts.ts';
import type { Position } from '../machine/compiled-flow.ts';
import { asksCredential } from './asked-credential.ts';
import { render } from './flow-json.ts';

/** The JSON of a stored flow, with the token, the account and the opened code of the request that shows it. */
export async function viewFlow(runner: Runner, row: FlowRow, viewer: Viewer): Promise<FlowJson> {
  const { csrfToken, identity, messages } = viewer;
  const at = thaw(runner.machineOf(row), row);
  const rendering = {
    csrfToken,
    identity,
    owned: await credentialsOf(runner, row, at, identity),
    prefilled: viewer.prefilled,
  };
  return render(runner, row, rendering, messages === undefined ? at : { ...at, context: { ...at.context, messages } });
}

/** The account's credentials: what a refresh may offer, what settings can take away, what a first proof may show. */
async function credentialsOf(
  { store }: Runner,
  row: FlowRow,
  at: Position,
  identity: Identity | undefined,
): Promise<CredentialSummary> {
  const owner = belongsToSession(row) ? identity?.id : asksCredential(row, at) ? row.identityId : undefined;
  return owner === undefined ? {} : summaryOf(await store.identities.credentials(owner));
}
