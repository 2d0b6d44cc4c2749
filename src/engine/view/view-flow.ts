import { belongsToSession, type FlowRow } from '../../flow/flow.ts';
import type { FlowJson } from '../../flow/json.ts';
import type { CredentialSummary, Identity } from '../../identity/identity.ts';
import { isObject } from '../../kernel/json.ts';
import type { Viewer } from '../contract.ts';
import { thaw } from '../machine/snapshot.ts';
import type { Runner } from '../parts.ts';
import { render } from './flow-json.ts';

/** The JSON of a stored flow, with the token, the account and the opened code of the request that shows it. */
export async function viewFlow(runner: Runner, row: FlowRow, viewer: Viewer): Promise<FlowJson> {
  const { csrfToken, identity, messages } = viewer;
  const at = thaw(runner.machineOf(row), row);
  const rendering = {
    csrfToken,
    identity,
    owned: await credentialsOf(runner, row, identity),
    prefilled: await prefilledCode(runner, row),
  };
  return render(runner, row, rendering, messages === undefined ? at : { ...at, context: { ...at.context, messages } });
}

/** The account's credentials: what a refresh may offer, what settings can take away. */
async function credentialsOf(
  { store }: Runner,
  row: FlowRow,
  identity: Identity | undefined,
): Promise<CredentialSummary> {
  if (identity === undefined || !belongsToSession(row)) return {};
  const credentials = await store.identities.credentials(identity.id);
  return Object.fromEntries(
    credentials
      .filter(({ config }) => Object.keys(config).length > 0)
      .map(({ type, identifiers }) => [type, identifiers]),
  );
}

/** The code of a mailed link that the flow's browser has opened. */
async function prefilledCode({ store, sealing, clock }: Runner, row: FlowRow): Promise<string | undefined> {
  const { values } = row.context;
  if (row.kind !== 'verification' || !isObject(values) || values['prefilled'] !== true) return undefined;
  const entry = await store.vault.find(row.id, 'prefilled');
  return entry && entry.expiresAt > clock.now() ? sealing.openVault(entry.box, `${row.id}/prefilled`) : undefined;
}
