import { OVER_STATE, type FlowKind, type FlowRow, type FlowType } from '../../../flow/flow.ts';
import type { FlowId, IdentityId, SessionId } from '../../../kernel/id.ts';
import { plainText, readJson } from '../columns.ts';

/** A row of `flows`. */
export interface FlowColumns {
  readonly id: FlowId;
  readonly kind: FlowKind;
  readonly type: FlowType;
  readonly request_url: string;
  readonly csrf: string;
  readonly identity_id: IdentityId | null;
  readonly session_id: SessionId | null;
  readonly schema_id: string | null;
  readonly requested_aal: 'aal1' | 'aal2';
  readonly refresh: number;
  readonly shape: string;
  readonly revision: number;
  readonly state: string;
  readonly context: string;
  readonly finished: number;
  readonly follow_due: number | null;
  readonly busy_until: number | null;
  readonly issued_at: number;
  readonly expires_at: number;
  readonly updated_at: number;
}

export const FLOW_COLUMNS = [
  'id',
  'kind',
  'type',
  'request_url',
  'csrf',
  'identity_id',
  'session_id',
  'schema_id',
  'requested_aal',
  'refresh',
  'shape',
  'revision',
  'state',
  'context',
  'finished',
  'follow_due',
  'busy_until',
  'issued_at',
  'expires_at',
  'updated_at',
] as const;

/** How long the row of a flow that is over is kept, without its content, in milliseconds. */
export const OVER_KEPT = 86_400_000;
/** The `state` of such a row; its `expires_at` is when it goes, not when the flow was over. */
export const OVER = JSON.stringify(OVER_STATE);

/** The flow that a row stands for. */
export function flowOf(row: FlowColumns): FlowRow {
  return {
    id: row.id,
    kind: row.kind,
    type: row.type,
    requestUrl: row.request_url,
    csrf: row.csrf,
    identityId: row.identity_id ?? undefined,
    sessionId: row.session_id ?? undefined,
    schemaId: row.schema_id ?? undefined,
    requestedAal: row.requested_aal,
    refresh: row.refresh === 1,
    shape: row.shape,
    revision: row.revision,
    state: readJson<FlowRow['state']>(row.state),
    context: readJson<FlowRow['context']>(row.context),
    finished: row.finished === 1,
    followDue: row.follow_due ?? undefined,
    busyUntil: row.busy_until ?? undefined,
    issuedAt: row.issued_at,
    expiresAt: row.state === OVER ? row.expires_at - OVER_KEPT : row.expires_at,
    updatedAt: row.updated_at,
  };
}

/** The row of a flow. */
export function columnsOf(flow: FlowRow): FlowColumns {
  return {
    id: flow.id,
    kind: flow.kind,
    type: flow.type,
    request_url: plainText(flow.requestUrl),
    csrf: flow.csrf,
    identity_id: flow.identityId ?? null,
    session_id: flow.sessionId ?? null,
    schema_id: flow.schemaId ?? null,
    requested_aal: flow.requestedAal,
    refresh: flow.refresh ? 1 : 0,
    shape: flow.shape,
    revision: flow.revision,
    state: JSON.stringify(flow.state),
    context: JSON.stringify(flow.context),
    finished: flow.finished ? 1 : 0,
    follow_due: flow.followDue ?? null,
    busy_until: flow.busyUntil ?? null,
    issued_at: flow.issuedAt,
    expires_at: flow.expiresAt,
    updated_at: flow.updatedAt,
  };
}
