import type { FlowKind } from '../flow/flow.ts';
import type { Identity } from '../identity/identity.ts';
import { publicIdentity } from '../identity/json.ts';
import type { Draft } from '../kernel/draft.ts';
import { isObject } from '../kernel/json.ts';
import type { RecordedFlow } from '../analysis/simulate.ts';
import { sessionJson } from '../session/json.ts';
import type { History } from '../store/knex/open-history.ts';

export interface Wanted {
  readonly kind: FlowKind;
  readonly since: number;
  readonly most: number;
  readonly method: string | undefined;
  /** Only flows that succeeded: a hook after a flow sees no others. */
  readonly accepted: boolean;
  /** No trailing slash. */
  readonly baseUrl: string;
}

/**
 * Flows that ran, newest first. A flow has the traits that were sent while its row is stored, and later the current traits of
 * the account.
 */
export async function recordedFlows(history: History, wanted: Wanted): Promise<readonly RecordedFlow[]> {
  const { kind, since, most, method, accepted, baseUrl } = wanted;
  const found: RecordedFlow[] = [];
  const seen = new Set<string>();
  for (const record of await history.records(kind, since, most)) {
    if (seen.has(record.flowId) || (method !== undefined && record.method !== method)) continue;
    seen.add(record.flowId);
    const row = await history.find(record.flowId);
    const identity = record.identityId && (await history.identity(record.identityId));
    const draft = row?.context['draft'];
    const shown = identity && publicIdentity(identity, baseUrl);
    const session = record.sessionId && (await history.session(record.sessionId));
    const own = isObject(draft) ? (draft as unknown as Draft) : identity && draftOf(identity); // as the engine froze it
    if (accepted && own === undefined) continue;
    found.push({
      id: record.flowId,
      kind,
      type: row?.type ?? 'browser',
      requestUrl: row?.requestUrl ?? `${baseUrl}/self-service/${kind}/browser`,
      method: record.method,
      draft: own,
      // A person who registers has no account when the hook runs.
      identity: kind === 'registration' ? undefined : shown,
      session: session && {
        facts: { id: session.id, aal: session.aal, methods: session.methods.map((each) => each.method) },
        wire: sessionJson(session, shown ?? null, session.issuedAt),
      },
    });
  }
  return found;
}

function draftOf({ id, schemaId, state, traits, metadataPublic, version }: Identity): Draft {
  return {
    identity: { id, schemaId, state, traits, metadataPublic, metadataAdmin: null, proved: [], version },
    session: undefined,
  };
}
