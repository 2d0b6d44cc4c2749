import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { initialTransition, transition } from 'xstate';
import { readConfiguration } from '../src/app/configuration.ts';
import { compileFlows } from '../src/engine/machine/compile-flows.ts';
import type { CompiledFlow, Position } from '../src/engine/machine/compiled-flow.ts';
import { advance, freeze, openFlow, start, thaw } from '../src/engine/machine/snapshot.ts';
import type { FlowEvent, FlowState } from '../src/flow/flow-grammar.ts';
import { formatIssue } from '../src/kernel/issue.ts';

const EXAMPLES = [
  'minimal/sallyport.yaml',
  'custom-hook/sallyport.yaml',
  'hook-package/sallyport.yaml',
  'first-dialects/jobs.yaml',
  'first-dialects/hooks.yaml',
  'second-factors/sallyport.yaml',
];
const SECRET = 'a-secret-that-only-the-tests-know-0123456789';

async function machinesOf(example: string) {
  const file = fileURLToPath(new URL(`../examples/${example}`, import.meta.url));
  const source = {
    files: [file],
    env: { SALLYPORT_COOKIE_SECRET: SECRET, SALLYPORT_CIPHER_SECRET: SECRET.slice(0, 32) },
    cwd: process.cwd(),
    command: 'check' as const,
    dev: false,
  };
  const { configuration, errors } = await readConfiguration(source);
  if (configuration === undefined) throw new Error(errors.map(formatIssue).join('\n'));
  return { configuration, flows: compileFlows(configuration) };
}

/** Every state of the grammar with its path, its own and inherited tags. */
function* statesOf(
  states: Readonly<Record<string, FlowState>>,
  above = '',
  tags: readonly string[] = [],
): Generator<{ path: string; state: FlowState; tags: readonly string[] }> {
  for (const [name, state] of Object.entries(states)) {
    const path = above === '' ? name : `${above}.${name}`;
    const all = [...tags, ...(state.tags ?? [])];
    if (state.states) yield* statesOf(state.states, path, all);
    else yield { path, state, tags: all };
  }
}

/** An event as the runner would make it; its content does not matter to the way. */
const eventOf = (type: string): FlowEvent =>
  ({ type, method: 'password', draft: DRAFT, values: {}, messages: [] }) as unknown as FlowEvent;
const DRAFT = {
  identity: {
    id: 'i',
    schemaId: 's',
    state: 'active',
    traits: {},
    metadataPublic: null,
    metadataAdmin: null,
    proved: [],
    version: 0,
  },
  session: { id: 's' },
};

interface Leg {
  readonly path: readonly { readonly state: string; readonly event: string }[];
  readonly end: Position;
}

/** All ways from here to a state at rest or a final one: the machine has no loops but through rest. */
function* legsFrom(flow: CompiledFlow, at: Position, so_far: Leg['path'] = []): Generator<Leg> {
  if (at.finished || (so_far.length > 0 && at.rests)) return void (yield { path: so_far, end: at });
  const own = [...statesOf(flow.config.states)].find(({ path }) => path === at.path);
  for (const type of Object.keys(own?.state.on ?? {})) {
    const next = advance(flow, at, eventOf(type));
    if (so_far.length > 60) throw new Error(`A way without an end: ${so_far.map(({ state }) => state).join(' → ')}`);
    yield* legsFrom(flow, next, [...so_far, { state: at.path, event: type }]);
  }
}

/** The lists a flow's lanes are made from: before, and one for each method. */
function* lanesOf(flows: ReadonlyMap<string, CompiledFlow>): Generator<readonly [CompiledFlow, string]> {
  for (const flow of flows.values()) {
    yield [flow, `${flow.kind}.before`];
    const accepts = [...statesOf(flow.config.states)]
      .flatMap(({ state }) => Object.keys(state.on ?? {}))
      .filter((event) => event.startsWith('accept.'));
    for (const event of new Set(accepts)) yield [flow, `${flow.kind}.after.${event.slice('accept.'.length)}`];
  }
}

describe.each(EXAMPLES)('the machines of examples/%s', (example) => {
  test('have exactly one tag on every state but opening and the final ones', async () => {
    const { flows } = await machinesOf(example);
    for (const flow of flows.values()) {
      for (const { path, state, tags } of statesOf(flow.config.states)) {
        const none = path === 'opening' || state.type === 'final';
        expect(tags, `${flow.kind} ${path}`).toHaveLength(none ? 0 : 1);
      }
    }
  });

  test('end every way at rest or for good, and a refusal on the page it came from', async () => {
    const { flows } = await machinesOf(example);
    for (const flow of flows.values()) {
      const stepsOf = [...legsFrom(flow, start(flow))];
      expect(stepsOf.length, flow.kind).toBeGreaterThan(0);
      const pages = new Map(stepsOf.filter(({ end }) => end.rests).map(({ end }) => [end.path, end]));
      const seen = new Set<string>();
      for (const [path, page] of pages) {
        if (seen.has(path)) continue;
        seen.add(path);
        for (const leg of legsFrom(flow, page)) {
          if (leg.end.rests) pages.set(leg.end.path, leg.end);
          const refused = leg.path.some(({ event }) =>
            ['strategy.reject', 'hook.fail', 'store.taken', 'store.stale'].includes(event),
          );
          expect(
            refused ? leg.end.path : path,
            `${flow.kind} ${leg.path.map(({ state, event }) => `${state} ${event}`).join(' → ')}`,
          ).toBe(path);
        }
      }
    }
  });

  test('write nothing before every prepare hook of the lane has said its verdict', async () => {
    const { flows, configuration } = await machinesOf(example);
    for (const flow of flows.values()) {
      if (flow.kind === 'logout') continue;
      for (const opened of legsFrom(flow, start(flow))) {
        if (!opened.end.rests) continue;
        for (const { path } of legsFrom(flow, opened.end)) {
          const accept = path.find(({ event }) => event.startsWith('accept.'));
          if (accept === undefined) continue;
          const method = accept.event.slice('accept.'.length);
          const wanted = configuration.bound
            .hooksOf(`${flow.kind}.after.${method}`)
            .filter(({ phase }) => phase === 'prepare')
            .map(({ key }) => key);
          const states = path.map(({ state }) => state);
          const firstWrite = states.findIndex((state) => state.includes('.write.') && !state.includes('ask_'));
          if (firstWrite < 0) continue;
          const asked = states
            .slice(0, firstWrite)
            .filter((state) => state.includes('.prepare.'))
            .map((state) => state.split('.').at(-1));
          expect(asked).toEqual(wanted);
        }
      }
    }
  });

  test('have every configured hook as a state, none missing and none twice in a lane', async () => {
    const { flows, configuration } = await machinesOf(example);
    for (const [flow, list] of lanesOf(flows)) {
      const states = [...statesOf(flow.config.states)];
      for (const hook of configuration.bound.hooksOf(list)) {
        const mine = states.filter(({ state }) => {
          const { meta } = state;
          return (
            meta !== undefined &&
            'do' in meta &&
            meta.do === 'hook' &&
            meta.list === list &&
            meta.hook === hook.key &&
            meta.phase === hook.phase
          );
        });
        const pages = new Set(mine.map(({ path }) => path.split('.')[0]));
        expect(mine.length, `${list} ${hook.key}`).toBeGreaterThan(0);
        expect(mine.length, `${list} ${hook.key} stands once on each page`).toBe(pages.size);
      }
    }
  });

  test('move as XState moves them, and are read again as they were stored', async () => {
    const { flows } = await machinesOf(example);
    for (const flow of flows.values()) {
      const { machine } = flow;
      const [opening] = initialTransition(machine);
      expect(JSON.stringify(start(flow).snapshot)).toBe(JSON.stringify(opening));
      let moves = 0;
      for (const { path } of legsFrom(flow, start(flow))) {
        let at = start(flow);
        for (const { event } of path) {
          const [next] = transition(machine, at.snapshot, eventOf(event));
          at = advance(flow, at, eventOf(event));
          expect(JSON.stringify(at.snapshot)).toBe(JSON.stringify(next));
          const { state, context, finished } = freeze(at);
          const row = { state, context, finished, shape: flow.shape } as Parameters<typeof thaw>[1];
          for (const again of [thaw(flow, row), thaw(flow, row)]) {
            expect(JSON.stringify(again)).toBe(JSON.stringify(at));
            expect(again.snapshot.can(eventOf('submit'))).toBe(at.snapshot.can(eventOf('submit')));
          }
          moves += 1;
        }
      }
      expect(moves).toBeGreaterThan(0);
    }
  });

  test('are opened where their opening leads, each time anew where something is brought along', async () => {
    const { flows } = await machinesOf(example);
    for (const flow of flows.values()) {
      const first = openFlow(flow, { type: 'open' });
      expect(first).toEqual(advance(flow, start(flow), { type: 'open' }));
      expect(openFlow(flow, { type: 'open', draft: null, values: {}, messages: [] })).toBe(first);
      const brought = [
        { values: { traits: { email: 'a@sallyport.test' } } },
        { messages: [{ id: 1010003, text: 'again', type: 'info' as const }] },
      ];
      for (const each of brought) {
        const event = { type: 'open' as const, ...each };
        expect(openFlow(flow, event).context).toEqual(advance(flow, start(flow), event).context);
        expect(openFlow(flow, event)).not.toBe(first);
      }
      expect(openFlow(flow, { type: 'open' })).toBe(first);
    }
  });

  test('stand on a step wherever they do not rest', async () => {
    const { flows } = await machinesOf(example);
    for (const flow of flows.values()) {
      for (const { end } of legsFrom(flow, start(flow))) {
        if (end.rests) continue;
        expect(end.finished).toBe(true);
        expect(end.phase).toBeUndefined();
        expect(end.step).toBeUndefined();
      }
    }
  });
});
