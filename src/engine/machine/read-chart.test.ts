import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createMachine, transition } from 'xstate';
import { toDirectedGraph, type DirectedGraphNode } from 'xstate/graph';
import { expect, onTestFinished, test } from 'vitest';
import { readConfiguration } from '../../app/configuration.ts';
import { allStates, leavesOf, type Chart } from '../../flow/chart.ts';
import { machineJson } from '../../diagram/machine-json.ts';
import { planOf } from '../../diagram/plan.ts';
import { emptyContext, type FlowEvent, type Meta } from '../../flow/flow-grammar.ts';
import { statePath } from '../../kernel/state-path.ts';
import { verdictsOf } from '../../hook/define.ts';
import { must } from '../../kernel/error.ts';
import { formatIssue } from '../../kernel/issue.ts';
import { readChart } from './read-chart.ts';
import { compileFlows } from './compile-flows.ts';
import type { CompiledFlow, Machine } from './compiled-flow.ts';

const EXAMPLES = ['minimal', 'custom-hook', 'hook-package'].map((name) =>
  fileURLToPath(new URL(`../../../examples/${name}/sallyport.yaml`, import.meta.url)),
);

interface Drawn {
  readonly flow: CompiledFlow;
  readonly chart: Chart;
  /** The chart of the machine that the exported JSON makes. */
  readonly again: Chart;
}

async function draw(file: string): Promise<ReadonlyMap<string, Drawn>> {
  const env = { SALLYPORT_COOKIE_SECRET: 'a-secret-that-only-the-tests-know-0123456789' };
  const source = { files: [file], env, cwd: '/', command: 'check' as const, dev: false };
  const { configuration, errors } = await readConfiguration(source);
  if (configuration === undefined) throw new Error(errors.map(formatIssue).join('\n'));
  const { bound } = configuration;
  return new Map(
    [...compileFlows(configuration)].map(([kind, flow]) => {
      const chart = readChart(flow, bound);
      const json: unknown = JSON.parse(JSON.stringify(machineJson(chart)));
      const machine = createMachine(json as never) as unknown as Machine;
      return [kind, { flow, chart, again: readChart({ ...flow, machine }, bound) }];
    }),
  );
}

async function drawText(yaml: string): Promise<ReadonlyMap<string, Drawn>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sallyport-chart-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'c.yaml');
  await writeFile(file, yaml);
  return draw(file);
}

/** Whether a state can end by an event: a hook answers only what it declares. */
function canEndBy(flow: CompiledFlow, step: Meta | undefined, event: string): boolean {
  if (step === undefined || !('do' in step) || step.do !== 'hook') return true;
  const { hook, meta, phase } = must(flow.hook(step), step.hook);
  return verdictsOf(hook, meta, phase).some((kind) => event === `hook.${kind}`);
}

/**
 * XState's own reading of a machine: every transition as `from event to`, compound targets by their own path, without what
 * a hook says that it never answers.
 */
function edgesOf(flow: CompiledFlow): readonly string[] {
  const { machine } = flow;
  const taken = ({ source, label }: DirectedGraphNode['edges'][number]): boolean =>
    canEndBy(flow, source.meta as Meta | undefined, label.text); // written by the flow files with this type
  const visit = (node: DirectedGraphNode): readonly string[] => [
    ...node.edges
      .filter(taken)
      .map(({ source, target, label }) => `${source.path.join('.')} ${label.text} ${target.path.join('.')}`),
    ...node.children.flatMap(visit),
  ];
  return visit(toDirectedGraph(machine as never)).toSorted();
}

test.each(EXAMPLES)('the chart, its JSON and the machine that runs are one: %s', async (file) => {
  const drawn = await draw(file);
  expect(drawn.size).toBeGreaterThanOrEqual(5);
  for (const { flow, chart, again } of drawn.values()) {
    expect(chart.ways.map(({ from, event, target }) => `${from} ${event} ${target}`).toSorted()).toEqual(edgesOf(flow));
    expect(again).toEqual(chart);
  }
});

test.each(EXAMPLES)('every way of the chart is the step the machine takes, and there is no other: %s', async (file) => {
  let walked = 0;
  for (const { flow, chart } of (await draw(file)).values()) {
    const events = new Set(chart.ways.map(({ event }) => event));
    for (const { path: from, role, step } of leavesOf(chart)) {
      const value = from
        .split('.')
        .reduceRight<unknown>((inner, key) => (inner === undefined ? key : { [key]: inner }), undefined);
      const status = role === 'final' ? 'done' : 'active';
      const at = flow.machine.resolveState({ value: value as never, context: emptyContext, status });
      for (const event of events) {
        const way = chart.ways.find((each) => each.from === from && each.event === event);
        const made = { type: event, method: null } as unknown as FlowEvent;
        expect(at.can(made) && canEndBy(flow, step, event)).toBe(way !== undefined);
        if (way === undefined) continue;
        const [next] = transition(flow.machine, at, made);
        expect(statePath(next.value)).toBe(way.to);
        walked += 1;
      }
    }
  }
  expect(walked).toBeGreaterThan(40);
});

test('a changed configuration changes the chart, the JSON and the machine alike', async () => {
  const yaml = (hooks: string): string =>
    `selfservice: { flows: { registration: { style: unified, after: { password: { hooks: [${hooks}] } } } } }`;
  const seen: string[][] = [];
  for (const hooks of ['{ hook: session }', '{ hook: session }, { hook: verify }', '{ hook: verify }']) {
    const found = (await drawText(yaml(hooks))).get('registration');
    const { chart, again, flow } = must(found, 'registration');
    expect(again).toEqual(chart);
    expect(chart.ways.map(({ from, event, target }) => `${from} ${event} ${target}`).toSorted()).toEqual(edgesOf(flow));
    seen.push([...allStates(chart.states)].filter(({ role }) => role === 'hook').map(({ path: at }) => at));
  }
  expect(seen).toEqual([
    ['form.password.write.session'],
    ['form.password.write.session', 'form.password.write.verify'],
    ['form.password.write.verify'],
  ]);
});

test('a closed box keeps every way that leads in or out of it', async () => {
  for (const { chart } of (await draw(EXAMPLES[0] ?? '')).values()) {
    for (const closed of [...allStates(chart.states)].filter(({ states }) => states.length > 0)) {
      const inside = (at: string): boolean => at.startsWith(`${closed.path}.`);
      const { lines } = planOf(chart, new Set([closed.path]));
      for (const { from, to, event } of chart.ways) {
        const shown = lines.some(
          (line) =>
            line.from === (inside(from) ? closed.path : from) &&
            line.to === (inside(to) ? closed.path : to) &&
            line.events.includes(event),
        );
        expect(shown).toBe(!(inside(from) && inside(to)));
      }
    }
  }
});

test('entries that never run are there with the reason, and secrets are not', async () => {
  const drawn = await drawText(`
selfservice:
  flows:
    login:
      after:
        hooks: [{ hook: revoke_active_sessions }]
        password:
          hooks:
            - { hook: redirect, config: { to: 'https://app.example/in?token=geheim' } }
            - { hook: revoke_active_sessions }
        code: { hooks: [{ hook: revoke_active_sessions }] }
`);
  const { chart } = must(drawn.get('login'), 'login');
  const lane = [...allStates(chart.states)].find(({ role }) => role === 'lane');
  expect(lane?.dead.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([
    'revoke_active_sessions: password has a list of its own, selfservice.flows.login.after.password.hooks',
    'revoke_active_sessions: it stands after "redirect", which ends the list',
  ]);
  expect(lane?.dead.map(({ place }) => place?.line)).toEqual([6, 10]);
  expect(chart.dead.map(({ list, name, reason }) => `${list} ${name}: ${reason}`)).toEqual([
    'login.after.code revoke_active_sessions: code is not offered',
  ]);
  const hook = [...allStates(chart.states)].find(({ key }) => key === 'redirect');
  expect(hook?.detail).toBe('to: https://app.example/in?…');
  expect(JSON.stringify([chart, machineJson(chart)])).not.toContain('geheim');
});
