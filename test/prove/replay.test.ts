import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { readConfiguration } from '../../src/app/configuration.ts';
import { compileFlows } from '../../src/engine/machine/compile-flows.ts';
import { journalRow } from '../../src/engine/journal/journal.ts';
import type { Runner } from '../../src/engine/parts.ts';
import type { CompiledFlow, Position } from '../../src/engine/machine/compiled-flow.ts';
import { advance, freeze, start } from '../../src/engine/machine/snapshot.ts';
import type { FlowRow, JournalOutcome, JournalRow } from '../../src/flow/flow.ts';
import { failedOutcome } from '../../src/flow/journal.ts';
import type { FlowEvent, FlowState } from '../../src/flow/flow-grammar.ts';
import { replay } from '../../src/analysis/replay.ts';

const EXAMPLES = ['minimal', 'custom-hook', 'hook-package', 'first-dialects/jobs', 'first-dialects/hooks'];
let machines: readonly CompiledFlow[] = [];

beforeAll(async () => {
  const all = await Promise.all(
    EXAMPLES.map(async (example) => {
      const name = example.includes('/') ? example : `${example}/sallyport`;
      const file = fileURLToPath(new URL(`../../examples/${name}.yaml`, import.meta.url));
      const env = { SALLYPORT_COOKIE_SECRET: 'a-secret-that-only-the-tests-know-0123456789' };
      const { configuration } = await readConfiguration({ files: [file], env, cwd: '/', command: 'check', dev: false });
      return configuration === undefined ? [] : [...compileFlows(configuration).values()];
    }),
  );
  machines = all.flat();
});

/** What recording asks of a runner. */
const RUNNER = {
  clock: { now: () => 1_000 },
  random: { uuid: () => 'r', bytes: () => Buffer.alloc(4) },
  config: { journal: { keep: 1, sample: 1 } },
} as unknown as Runner;

const ROW: FlowRow = {
  id: 'f' as FlowRow['id'],
  kind: 'login', type: 'api', requestUrl: 'http://localhost/', csrf: '', identityId: undefined, sessionId: undefined,
  schemaId: undefined, requestedAal: 'aal1', refresh: false, shape: '', revision: 1, state: 'opening', context: {},
  finished: false, followDue: undefined, busyUntil: undefined, issuedAt: 0, expiresAt: 5_000, updatedAt: 0,
}; // prettier-ignore

interface Recorded {
  readonly row: FlowRow;
  readonly journal: readonly JournalRow[];
}

/** A flow as the runner would lead and record it, every choice taken from a list of numbers. */
function run(flow: CompiledFlow, choices: readonly number[]): Recorded | undefined {
  let i = 0;
  const pick = <T>(from: readonly T[]): T => {
    const chosen = from[(choices[i++ % choices.length] ?? 0) % from.length];
    if (chosen === undefined) throw new Error('nothing to choose from');
    return chosen;
  };
  const content = (): object => ({
    method: pick(['password', 'profile', null]),
    draft: { identity: { id: 'i', traits: { email: `p${i}@sallyport.test` }, version: i }, session: { id: 's' } },
    values: { typed: i },
    messages: [{ id: 4_000_000 + i, text: 'no', type: 'error' }],
  });
  const event = (type: string): FlowEvent => ({ type, ...content() }) as unknown as FlowEvent;
  const records: JournalRow[] = [];
  const record = (steps: JournalRow['steps'], at: Position, ended?: JournalOutcome): void => {
    const row = { ...ROW, kind: flow.kind };
    const passage = { row, method: undefined, identityId: undefined, sessionId: undefined, steps };
    const made = journalRow(RUNNER, passage, at);
    records.push(ended === undefined ? made : { ...made, outcome: ended, steps });
  };

  let at = advance(flow, start(flow), event(pick(eventsOf(flow, 'opening'))));
  for (let requests = 0; requests < 3 && !at.finished; requests += 1) {
    const found = at;
    if (at.rests) {
      const ways = eventsOf(flow, at.path);
      if (ways.length === 0) break;
      at = advance(flow, at, event(pick(ways)));
    }
    const steps: JournalRow['steps'][number][] = [];
    while (at.phase !== undefined) {
      const state = at.path;
      // Now and then a hook throws: the flow stays where it was, and only the record says so.
      if (found.rests && pick([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) === 11) {
        record(
          [...steps, { state, event: 'failed', ms: 1 }],
          found,
          failedOutcome({ code: 'hook_failed', reason: 'It threw.' }),
        );
        at = found;
        break;
      }
      const type = pick(eventsOf(flow, state));
      steps.push({ state, event: type, ms: 0.25 });
      at = advance(flow, at, event(type));
    }
    if (at !== found && steps.length > 0) record(steps, at);
  }
  const turnedAway = at.path === 'refused' || at.path === 'redirected';
  return turnedAway
    ? undefined
    : { row: { ...ROW, kind: flow.kind, shape: flow.shape, ...freeze(at) }, journal: records };
}

function eventsOf({ config }: CompiledFlow, path: string): readonly string[] {
  let at: FlowState | undefined = { states: config.states };
  for (const key of path.split('.')) at = at?.states?.[key];
  return Object.keys(at?.on ?? {});
}

/** As they come out of a database. */
const stored = (recorded: Recorded): Recorded => JSON.parse(JSON.stringify(recorded)) as Recorded;

test('ten thousand generated flows replay to the snapshot that is stored', () => {
  let flows = 0;
  let bytes = 0;
  let longest = 0;
  const choices = fc.array(fc.nat(10_000), { minLength: 4, maxLength: 24 });
  fc.assert(
    fc.property(fc.nat(10_000), choices, (which, list) => {
      const flow = machines[which % machines.length];
      const recorded = flow && run(flow, list);
      if (flow === undefined || recorded === undefined) return;
      const { row, journal: rows } = stored(recorded);
      const answer = replay(flow, row.id, row, rows);
      flows += 1;
      bytes += JSON.stringify(rows.map(({ steps }) => steps)).length;
      longest = Math.max(longest, ...rows.map(({ steps }) => steps.length));
      // Compared by hand: an assertion for each of them would take longer than all the replays.
      if (!answer.same || answer.notes.length > 0) throw new Error(JSON.stringify({ answer, row, rows }));
    }),
    { numRuns: 12_500, seed: 8 },
  );
  expect(flows).toBeGreaterThanOrEqual(10_000);
  expect(longest).toBeGreaterThan(4);
  expect(bytes / flows).toBeLessThan(1_500);
}, 300_000);

test('a record, a row or a context that was changed does not replay to the same', () => {
  const flow = machines.find(({ kind }) => kind === 'settings');
  if (flow === undefined) throw new Error('no machine of settings');
  const recorded = Array.from({ length: 200 }, (_, n) => run(flow, [0, n, n * 7, 3, n * 13])).find(
    (each) => (each?.journal.length ?? 0) > 1 && each?.journal.every(({ outcome }) => outcome.kind !== 'failed'),
  );
  if (recorded === undefined) throw new Error('no flow with two records');
  const { row, journal: rows } = stored(recorded);
  expect(replay(flow, row.id, row, rows).same).toBe(true);
  expect(replay(flow, row.id, { ...row, context: { ...row.context, method: 'another' } }, rows)).toMatchObject({
    same: false,
    context: 'different',
  });
  expect(replay(flow, row.id, { ...row, finished: true }, rows).same).toBe(false);
  const [first, ...others] = rows;
  const forged = first && { ...first, steps: first.steps.map((step) => ({ ...step, event: 'accept.nothing' })) };
  expect(replay(flow, row.id, row, forged ? [forged, ...others] : [])).toMatchObject({ same: false });
  expect(replay(flow, row.id, row, forged ? [forged, ...others] : []).broken).toContain('does not take accept.nothing');
});
