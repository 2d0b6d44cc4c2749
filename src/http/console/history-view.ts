import type { Context } from 'koa';
import { ownSteps } from '../../analysis/replay.ts';
import { mailsOf } from '../../analysis/why.ts';
import type { OutboxMessage } from '../../courier/message.ts';
import type { Chart } from '../../flow/chart.ts';
import { closedAtFirst } from '../../diagram/collapse.ts';
import { trailOf, type Move } from '../../diagram/recorded-path.ts';
import type { SvgOptions } from '../../diagram/svg.ts';
import { statePath } from '../../kernel/state-path.ts';
import { SallyportError } from '../../kernel/error.ts';
import { parseFlowId } from '../../kernel/id.ts';
import { queryValue } from '../query-value.ts';
import type { ConsoleContext } from './context.ts';
import { drawChart } from './draw-chart.ts';
import { linkTo, namesIn, submitOf } from './flow-views.ts';
import type { FlowHistory } from './pages/flow-history.ts';

/** One flow, step by step, from its row and its journal. */
export async function historyView(parts: ConsoleContext, ctx: Context): Promise<FlowHistory> {
  const { charts, flows, outbox, pictures, why } = parts;
  const id = parseFlowId(ctx['params'].id);
  const [row, rows] = id === undefined ? [undefined, []] : await Promise.all([flows.find(id), flows.journal(id)]);
  const own = rows.filter(({ flowId }) => flowId === id);
  const kind = row?.kind ?? own[0]?.kind;
  const chart = kind === undefined ? undefined : charts.get(kind);
  if (id === undefined || chart === undefined)
    throw new SallyportError('not_found', 'The flow does not exist, or its records were removed.');
  const recorded = rows.map((each) => ({ steps: ownSteps(each, id) }));
  const moves = trailOf(chart, recorded);
  const step = stepOf(queryValue(ctx, 'step'), moves.length);
  const stands = row === undefined ? undefined : statePath(row.state);
  const mails = await mailsOf(outbox, own);
  const mark = marksFor(moves, step, stands);
  return {
    id,
    title: chart.title,
    type: row?.type,
    begun: row && new Date(row.issuedAt).toISOString(),
    expires: row && new Date(row.expiresAt).toISOString(),
    stands,
    identity: linkTo(parts.page.base, 'identities', row?.identityId ?? own.at(-1)?.identityId),
    typed: namesIn(row?.context['values']),
    mails: mails.map((mail) => mailOf(mail, parts.page.links.inbox)),
    why: await why.of({ id, row, rows, mails }),
    submits: rows.map((each, i) => {
      const ofRow = moves.filter((move) => move.row === i);
      return submitOf(each, ofRow, chart, { flow: id, base: parts.page.base });
    }),
    picture: await drawChart(pictures, chart, closedBeside(chart, moves, stands), { mark }),
    step,
  };
}

/** A mail with its address in the inbox, where there is one. */
const mailOf = (
  { id, template, status, createdAt }: OutboxMessage,
  inbox: string | undefined,
): FlowHistory['mails'][number] => ({
  template,
  status,
  at: new Date(createdAt).toISOString(),
  address: inbox === undefined ? undefined : `${inbox}/${id}`,
});

function stepOf(text: string | undefined, count: number): number {
  const wanted = text === undefined || !/^\d{1,6}$/.test(text) ? count - 1 : Number(text);
  return Math.min(wanted, count - 1);
}

/** The boxes of a big picture that the flow did not pass through; they are drawn closed. */
function closedBeside(chart: Chart, moves: readonly Move[], stands: string | undefined): ReadonlySet<string> {
  const passed = [...moves.flatMap(({ from, to }) => [from, to ?? from]), stands ?? ''];
  return new Set([...closedAtFirst(chart)].filter((box) => !passed.some((path) => path.startsWith(`${box}.`))));
}

/** Lights the way up to a step; a flow without steps lights the state it stands on. */
function marksFor(moves: readonly Move[], step: number, stands: string | undefined): NonNullable<SvgOptions['mark']> {
  const walked = moves.slice(0, step + 1);
  const last = walked.at(-1);
  const here = last === undefined ? stands : (last.to ?? last.from);
  const lit = new Set(walked.flatMap(({ from, to }) => [from, to]));
  return {
    state: (path) => {
      if (path === here) return last?.failed === true ? ' failed' : ' here';
      return lit.has(path) ? ' lit' : '';
    },
    way: (from, to, events) =>
      walked.some((move) => move.from === from && move.to === to && events.includes(move.event)) ? ' lit' : '',
  };
}
