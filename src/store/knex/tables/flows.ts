import type { Knex } from 'knex';
import { OVER_STATE, type FlowReads, type FlowStarts, type FlowWrites } from '../../../flow/flow.ts';
import { SallyportError } from '../../../kernel/error.ts';
import type { FlowId } from '../../../kernel/id.ts';
import type { Executor } from '../connection.ts';
import { many, one } from '../rows.ts';
import { fill, named, template, type Template } from '../template.ts';
import { columnsOf, FLOW_COLUMNS, flowOf } from './flow-rows.ts';
import { JOURNAL_COLUMNS, journalColumnsOf, journalOf } from './journal-rows.ts';

/** The statements that every submit runs, built once. */
export interface FlowStatements {
  readonly find: string;
  readonly insert: Template;
  readonly save: Template;
  readonly record: Template;
}

export function flowStatements(sql: Knex): FlowStatements {
  const { id, ...columns } = named(FLOW_COLUMNS);
  return {
    find: sql('flows').select(FLOW_COLUMNS).where('id', '').toSQL().toNative().sql,
    insert: template(sql('flows').insert(named(FLOW_COLUMNS))),
    save: template(sql('flows').where({ id, revision: 'before' }).update(columns)),
    record: template(sql('flow_journal').insert(named(JOURNAL_COLUMNS))),
  };
}

/** Reads flows and the journal. */
export function flowReads(executor: Executor, statements: FlowStatements): FlowReads {
  const { sql } = executor;
  const findKept: FlowReads['findKept'] = (id) =>
    one(executor, { text: statements.find, values: [id], hot: true }, flowOf);
  return {
    findKept,
    async find(id) {
      const flow = await findKept(id);
      return flow?.state === OVER_STATE ? undefined : flow;
    },

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

    begunFor: (account, { bindings, id }) =>
      many(
        executor,
        sql('flows')
          .select(FLOW_COLUMNS)
          .where('identity_id', account)
          .whereIn('kind', ['registration', 'verification'])
          .where((either) => void either.where('id', id).orWhereIn('csrf', [...bindings])),
        flowOf,
      ),

    overdue: (now, size) =>
      many(
        executor,
        sql('flows').select('id').where('follow_due', '<=', now).orderBy('follow_due').limit(size),
        ({ id }: { readonly id: FlowId }) => id,
      ),
  };
}

/** Inserts a flow that nothing else is written with, so that no transaction is needed. */
export function flowStarts(executor: Executor, { insert }: FlowStatements): FlowStarts {
  return {
    async start(flow) {
      try {
        await executor.write(fill(insert, { ...columnsOf(flow) }));
      } catch (error) {
        // The id is new: the row is there because a connection was lost before the answer came, and the insert ran
        // again.
        if (executor.dialect.faultOf(error) !== 'taken') throw error;
      }
    },
  };
}

const moved = (): SallyportError => new SallyportError('flow_moved', 'Another submit moved the flow.');

/** Writes flows and the journal inside a transaction. */
export function flowWrites(executor: Executor, statements: FlowStatements): FlowWrites {
  const { sql } = executor;
  return {
    ...flowReads(executor, statements),

    async insert(flow) {
      await executor.write(fill(statements.insert, { ...columnsOf(flow) }));
    },

    async save(flow) {
      const saved = await executor.write(fill(statements.save, { ...columnsOf(flow), before: flow.revision - 1 }));
      if (saved === 0) throw moved();
    },

    async amend(flow, held) {
      const { id, revision, shape, state, context, updated_at } = columnsOf(flow);
      const row = sql('flows').where({ id, revision });
      const ends = held === undefined ? {} : { busy_until: null };
      if (held !== undefined) void row.where('busy_until', held);
      if ((await executor.write(row.update({ shape, state, context, updated_at, ...ends }))) === 0) throw moved();
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
