import type { OutboxMessage, OutboxReads } from '../courier/message.ts';
import type { FlowKind, FlowReads, FlowRow, JournalRow } from '../flow/flow.ts';
import type { Clock } from '../kernel/clock.ts';
import type { FlowId, MessageId } from '../kernel/id.ts';
import { redactText } from '../telemetry/redact.ts';
import type { MailFact } from './explanation.ts';
import { explain } from './explain.ts';
import { tookOf } from './flow-list.ts';
import type { CompiledFlow } from '../engine/machine/compiled-flow.ts';

/** What the text of `why` says: what happened, where the flow stands, what stopped it, what to do. */
export interface WhyText {
  readonly text: string;
  /** Something stopped the flow. */
  readonly stopped: boolean;
}

/** Explains a stored flow. */
export interface Why {
  /** From rows and mails that are read already. */
  of(facts: {
    readonly id: string;
    readonly row: FlowRow | undefined;
    readonly rows: readonly JournalRow[];
    readonly mails: readonly OutboxMessage[];
  }): Promise<WhyText>;
  /** Of a flow of which only the id is known. */
  ofFlow(id: FlowId): Promise<WhyText>;
}

export interface WhySources {
  /** The machines under today's configuration. */
  readonly machines: ReadonlyMap<FlowKind, CompiledFlow>;
  readonly flows: Pick<FlowReads, 'find' | 'journal'>;
  readonly outbox: Pick<OutboxReads, 'find' | 'list'>;
  readonly clock: Clock;
}

export function createWhy({ machines, flows, outbox, clock }: WhySources): Why {
  const of: Why['of'] = async ({ id, row, rows, mails }) => {
    const facts = await Promise.all(mails.map((mail) => factOf(outbox, mail)));
    const kind = row?.kind ?? rows[0]?.kind;
    const flow = kind && machines.get(kind);
    const { text, stopped } = explain({ id, row, journal: rows, flow, mails: facts, now: clock.now() });
    return { text: redactText(text), stopped: stopped !== undefined };
  };
  return {
    of,
    async ofFlow(id) {
      const [row, rows] = await Promise.all([flows.find(id), flows.journal(id)]);
      const own = rows.filter(({ flowId }) => flowId === id);
      return of({ id, row, rows, mails: await mailsOf(outbox, own) });
    },
  };
}

async function factOf(outbox: Pick<OutboxReads, 'find'>, message: OutboxMessage): Promise<MailFact> {
  const { id, template, status, sendCount, updatedAt } = message;
  const dispatches = status === 'sent' ? [] : ((await outbox.find(id))?.dispatches ?? []);
  const error = dispatches.findLast((each) => each.status === 'failed')?.error;
  return { template, status, tries: sendCount, error, at: updatedAt };
}

/** Messages looked through for one submit. */
const MOST_MAILS = 100;
/** Milliseconds between the last step of a submit and its journal row. */
const SLACK = 250;

/** Messages that these submits put into the outbox: written while they ran, for their flow or their account. */
export async function mailsOf(
  outbox: Pick<OutboxReads, 'list'>,
  rows: readonly JournalRow[],
): Promise<readonly OutboxMessage[]> {
  const found = new Map<string, OutboxMessage>();
  for (const row of rows) {
    const began = row.at - tookOf(row) - SLACK;
    const after = { createdAt: row.at + 1, id: '' as MessageId }; // before every id
    const near = await outbox.list({ status: undefined, recipient: undefined, after, size: MOST_MAILS });
    for (const message of near) {
      const { createdAt, flowId, identityId, id } = message;
      const ours = flowId === row.flowId || (identityId !== undefined && identityId === row.identityId);
      if (ours && createdAt >= began && createdAt <= row.at) found.set(id, message);
    }
  }
  return [...found.values()];
}
