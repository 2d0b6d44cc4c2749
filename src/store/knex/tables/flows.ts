import type { Knex } from 'knex';
import { SallyportError } from '../../../kernel/error.ts';
import type { FlowId, IdentityId, SessionId } from '../../../kernel/id.ts';
import type {
  FlowKind,
  FlowReads,
  FlowRow,
  FlowStarts,
  FlowType,
  FlowWrites,
  JournalRow,
  JournalStep,
} from '../../../flow/flow.ts';
import { codedOutcome, outcomeText, readOutcome } from '../../../flow/journal.ts';
import type { Executor } from '../connection.ts';
import { fill, named, template, type Template } from '../template.ts';
import { plainText, readJson } from '../columns.ts';
import { many, one } from '../rows.ts';

/** A flow as it is stored. */
interface Stored {
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

const COLUMNS = [
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

function flowOf(row: Stored): FlowRow {
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
    expiresAt: row.expires_at,
    updatedAt: row.updated_at,
  };
}

function columnsOf(flow: FlowRow): Stored {
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

interface StoredJournal {
  readonly id: string;
  readonly flow_id: FlowId;
  readonly other_flow_id: FlowId | null;
  readonly kind: FlowKind;
  readonly method: string | null;
  readonly outcome: string;
  /** Null in rows of versions before migration 0008. */
  readonly coded_outcome: string | null;
  readonly identity_id: IdentityId | null;
  readonly session_id: SessionId | null;
  readonly steps: string;
  readonly at: number;
  readonly keep_until: number;
}

function journalOf(row: StoredJournal): JournalRow {
  const steps = readJson<readonly JournalStep[]>(row.steps);
  return {
    id: row.id,
    flowId: row.flow_id,
    otherFlowId: row.other_flow_id ?? undefined,
    kind: row.kind,
    method: row.method ?? undefined,
    outcome: readOutcome(row.outcome, row.coded_outcome, steps),
    identityId: row.identity_id ?? undefined,
    sessionId: row.session_id ?? undefined,
    steps,
    at: row.at,
    keepUntil: row.keep_until,
  };
}

function journalColumnsOf(row: JournalRow): StoredJournal {
  return {
    id: row.id,
    flow_id: row.flowId,
    other_flow_id: row.otherFlowId ?? null,
    kind: row.kind,
    method: row.method ?? null,
    outcome: outcomeText(row.outcome),
    coded_outcome: codedOutcome(row.outcome),
    identity_id: row.identityId ?? null,
    session_id: row.sessionId ?? null,
    steps: JSON.stringify(row.steps),
    at: row.at,
    keep_until: row.keepUntil,
  };
}

const JOURNAL = [
  'id',
  'flow_id',
  'other_flow_id',
  'kind',
  'method',
  'outcome',
  'coded_outcome',
  'identity_id',
  'session_id',
  'steps',
  'at',
  'keep_until',
] as const satisfies readonly (keyof StoredJournal)[];

/** What each submit runs, built once. */
export interface FlowStatements {
  readonly find: string;
  readonly insert: Template;
  readonly save: Template;
  readonly record: Template;
}

export function flowStatements(sql: Knex): FlowStatements {
  const { id, ...columns } = named(COLUMNS);
  return {
    find: sql('flows').select(COLUMNS).where('id', '').toSQL().toNative().sql,
    insert: template(sql('flows').insert(named(COLUMNS))),
    save: template(sql('flows').where({ id, revision: 'before' }).update(columns)),
    record: template(sql('flow_journal').insert(named(JOURNAL))),
  };
}

export function flowReads(executor: Executor, statements: FlowStatements): FlowReads {
  const { sql } = executor;
  return {
    find: (id) => one(executor, { text: statements.find, values: [id], hot: true }, flowOf),

    journal: (id) =>
      many(
        executor,
        sql('flow_journal').select('*').where('flow_id', id).orWhere('other_flow_id', id).orderBy(['at', 'id']),
        journalOf,
      ),

    async recent(before, size) {
      const rows = sql('flow_journal').select('*').orderBy('id', 'desc').limit(size);
      if (before !== undefined) void rows.where('id', '<', before);
      return await many(executor, rows, journalOf);
    },

    async newest(flows) {
      if (flows.length === 0) return new Set();
      const rows = await executor.rows<{ readonly id: string }>(
        sql('flow_journal')
          .max({ id: 'id' })
          .whereIn('flow_id', [...flows])
          .groupBy('flow_id'),
      );
      return new Set(rows.map(({ id }) => id));
    },

    overdue: (now, size) =>
      many(
        executor,
        sql('flows').select('id').where('follow_due', '<=', now).orderBy('follow_due').limit(size),
        ({ id }: { readonly id: FlowId }) => id,
      ),
  };
}

/** A single statement needs no transaction around it. */
export function flowStarts(executor: Executor, { insert }: FlowStatements): FlowStarts {
  return {
    async start(flow) {
      try {
        await executor.write(fill(insert, { ...columnsOf(flow) }));
      } catch (error) {
        // Its id was drawn for it: it is there already because a connection was lost before the answer came.
        if (executor.dialect.faultOf(error) !== 'taken') throw error;
      }
    },
  };
}

export function flowWrites(executor: Executor, statements: FlowStatements): FlowWrites {
  const { sql } = executor;
  return {
    ...flowReads(executor, statements),

    async insert(flow) {
      await executor.write(fill(statements.insert, { ...columnsOf(flow) }));
    },

    async save(flow) {
      const saved = await executor.write(fill(statements.save, { ...columnsOf(flow), before: flow.revision - 1 }));
      if (saved === 0) throw new SallyportError('flow_moved', 'Another submit moved the flow.');
    },

    async record(row) {
      await executor.write(fill(statements.record, { ...journalColumnsOf(row) }));
    },

    hold: async (id, revision, until, now) =>
      (await executor.write(
        sql('flows')
          .where({ id, revision })
          .where((free) => void free.whereNull('busy_until').orWhere('busy_until', '<=', now))
          .update({ busy_until: until }),
      )) > 0,

    claim: async (id, was, due) =>
      (await executor.write(sql('flows').where({ id, follow_due: was }).update({ follow_due: due }))) > 0,
  };
}
