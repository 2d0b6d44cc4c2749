import { statePath } from '../kernel/state-path.ts';
import type { FlowRow, JournalRow } from '../flow/flow.ts';
import type { FlowState, HookStep, States } from '../flow/flow-grammar.ts';
import { causeIn, outcomeText, stateIn, writeCause } from '../flow/journal.ts';
import { REFUSAL_EVENTS } from '../flow/refusal-events.ts';
import { isObject } from '../kernel/json.ts';
import { adviceFor } from './advice.ts';
import type { Cause, Explanation, MailFact } from './explanation.ts';
import type { CompiledFlow } from '../engine/machine/compiled-flow.ts';

export interface ExplainFacts {
  readonly id: string;
  /** Undefined: over and removed, or never there. */
  readonly row: FlowRow | undefined;
  /** Oldest first. */
  readonly journal: readonly JournalRow[];
  /** The machine under today's configuration. */
  readonly flow: CompiledFlow | undefined;
  readonly mails: readonly MailFact[];
  readonly now: number;
}

/** What happened to a flow, where it stands, what stopped it, and what to do: from its row, its journal and its machine. */
export function explain(facts: ExplainFacts): Explanation {
  const { id, row, journal, mails } = facts;
  const state = row === undefined ? undefined : statePath(row.state);
  const stands = standing(facts);
  const stopped = newestTrouble(facts, stands);
  const kind = row?.kind ?? journal[0]?.kind;
  const others = [...new Set(journal.flatMap(({ flowId, otherFlowId }) => [flowId, otherFlowId ?? id]))].filter(
    (other) => other !== id,
  );
  const happened = journal.map(({ at, method, outcome, steps }) => ({
    at,
    method,
    outcome: outcomeText(outcome),
    kind: outcome.kind,
    code: outcome.code,
    steps,
  }));
  const found = {
    id,
    kind,
    stands,
    state,
    begun: row?.issuedAt,
    expires: row?.expiresAt,
    stopped,
    others,
    happened,
    mails,
  };
  const advice = adviceFor(found);
  return { ...found, advice, text: write({ ...found, advice }) };
}

function standing({ row, journal, now }: ExplainFacts): Explanation['stands'] {
  if (row === undefined) return journal.length > 0 ? 'over' : 'unknown';
  if (row.followDue !== undefined) return 'owes';
  if (row.finished) return 'finished';
  return row.expiresAt <= now ? 'over' : 'waits';
}

/** Events by which a step stops a submit. */
const STOPS: ReadonlySet<string> = new Set([...REFUSAL_EVENTS, 'hook.divert']);

/** The newest thing that went wrong, unless something went right after it. */
function newestTrouble(facts: ExplainFacts, stands: Explanation['stands']): Cause | undefined {
  const { row, journal, mails, now } = facts;
  const replaced = journal.findLast(({ outcome, flowId }) => outcome.kind === 'replaced' && flowId === facts.id);
  if (replaced !== undefined) {
    const cause = `It was over when something was sent to it; ${replaced.otherFlowId ?? 'another flow'} was begun in its place.`;
    return { ...nowhere, verdict: 'replaced', code: 'replaced', cause, at: replaced.at };
  }
  const last = journal.findLast(({ flowId }) => flowId === facts.id);
  const trouble = last === undefined ? undefined : troubleIn(last, facts);
  const reached = last && stateIn(last.outcome);
  // A form that was refused could have been sent again: what ended the flow is its time.
  const left =
    stands === 'over' && (trouble === undefined || (trouble.verdict !== 'failed' && trouble.verdict !== 'refused'));
  if (left && (row !== undefined || isPage(reached))) {
    const state = row === undefined ? reached : statePath(row.state);
    const after = trouble === undefined ? '' : ` The last try was refused: ${trouble.cause}`;
    const cause = `Nobody went on in time.${after}`;
    return { ...nowhere, state, verdict: 'expired', code: 'expired', cause, at: row?.expiresAt ?? last?.at ?? now };
  }
  if (trouble !== undefined) return trouble;
  const mail = mails.findLast(({ status, error }) => status === 'abandoned' || error !== undefined);
  if (mail !== undefined) {
    const given = mail.status === 'abandoned' ? 'was given up' : 'is being tried again';
    const cause = `The mail ${mail.template} ${given} after ${mail.tries} tries: ${mail.error ?? 'no reason was recorded'}`;
    return { ...nowhere, verdict: 'mail', code: 'mail', cause, at: mail.at };
  }
  return undefined;
}

const isPage = (state: string | undefined): boolean => state?.endsWith('.waiting') === true;

const nowhere = { state: undefined, hook: undefined, list: undefined } as const;

function troubleIn({ outcome, steps, at }: JournalRow, facts: ExplainFacts): Cause | undefined {
  const step = steps.at(-1);
  const error = causeIn(outcome);
  if (error !== undefined && outcome.kind === 'failed') {
    const hook = step && hookAt(facts, step.state);
    return {
      state: step?.state,
      hook: hook?.hook,
      list: hook?.list,
      verdict: 'failed',
      code: error.code,
      cause: writeCause(error),
      at,
    };
  }
  if (error !== undefined) return { ...nowhere, verdict: 'refused', code: error.code, cause: writeCause(error), at };
  // A redirect before persisting turns back too, and says nothing.
  const turned = step?.event === 'hook.redirect' && isPage(stateIn(outcome));
  if (step === undefined || !(STOPS.has(step.event) || turned)) return undefined;
  const hook = hookAt(facts, step.state);
  const cause = [step.note, textsOf(facts.row)].filter((part) => part !== undefined && part !== '').join(': ');
  return {
    state: step.state,
    hook: hook?.hook,
    list: hook?.list,
    verdict: step.event,
    code: step.event,
    cause: cause === '' ? 'It said no more.' : cause,
    at,
  };
}

/** What stands on the form; the texts are the catalogue's or the hook's, made for the person. */
function textsOf(row: FlowRow | undefined): string | undefined {
  const messages = row?.context['messages'];
  const list: readonly unknown[] = Array.isArray(messages) ? messages : [];
  const texts = list.flatMap((each) => (isObject(each) && typeof each['text'] === 'string' ? [each['text']] : []));
  return texts.length === 0 ? undefined : texts.join(' ');
}

function hookAt({ flow }: ExplainFacts, path: string): HookStep | undefined {
  let states: States | undefined = flow?.config.states;
  let at: FlowState | undefined;
  for (const key of path.split('.')) {
    at = states?.[key];
    states = at?.states;
  }
  const meta = at?.meta;
  return meta !== undefined && 'do' in meta && meta.do === 'hook' ? meta : undefined;
}

const clock = (at: number): string => new Date(at).toISOString().replace('T', ' ').slice(0, 19);

const STANDS: Readonly<Record<Explanation['stands'], string>> = {
  waits: 'waits for the person',
  finished: 'is finished',
  owes: 'is committed; what follows is still to be done',
  over: 'is over',
  unknown: 'is not known',
};

/** One screen: the last submits, not all of them. */
const SHOWN = 6;

function write(found: Omit<Explanation, 'text'>): string {
  const { id, kind, stands, state, begun, expires, stopped, others, happened, mails, advice } = found;
  const place = state === undefined ? '' : `, on ${state}`;
  const span =
    begun === undefined || expires === undefined ? [] : [`begun    ${clock(begun)}, until ${clock(expires)}`];
  const shown = happened.slice(-SHOWN);
  const submits = shown.flatMap(({ at, method, outcome, steps }) => [
    `${clock(at)}  ${method ?? '–'}  ${outcome}`,
    ...steps.map(
      ({ state: left, event, ms, note }) =>
        `    ${left}  ${event}  ${ms.toFixed(1)} ms${note === undefined ? '' : `  ${note}`}`,
    ),
  ]);
  const who = stopped?.hook === undefined ? '' : `hook ${stopped.hook} of ${stopped.list ?? ''}, `;
  return [
    `${kind ?? 'flow'} ${id} ${STANDS[stands]}${place}.`,
    ...span,
    ...(stopped === undefined
      ? []
      : [
          `stopped  ${clock(stopped.at)}, ${who}${stopped.state === undefined ? '' : `at ${stopped.state}, `}${stopped.verdict}`,
          `cause    ${stopped.cause}`,
        ]),
    ...(others.length > 0 ? [`see also ${others.join(', ')}`] : []),
    `what to do: ${advice}`,
    ...(happened.length > 0
      ? [
          '',
          happened.length > SHOWN ? `the last ${SHOWN} of ${happened.length} records:` : 'what happened:',
          ...submits,
        ]
      : []),
    ...mails.map(({ template, status, tries, at }) => `${clock(at)}  mail ${template}: ${status}, ${tries} tries`),
  ].join('\n');
}
