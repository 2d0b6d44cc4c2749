import { expect, test } from 'vitest';
import { createReadiness } from './health.ts';

function world() {
  const lines: string[] = [];
  const state = { now: 0, draining: false, fault: undefined as Error | undefined, asked: 0 };
  const ready = createReadiness({
    async ready() {
      state.asked += 1;
      await Promise.resolve();
      if (state.fault !== undefined) throw state.fault;
    },
    clock: { now: () => state.now },
    draining: () => state.draining,
    log: {
      info: (message) => void lines.push(`info ${message}`),
      warn: (message) => void lines.push(`warn ${message}`),
    },
  });
  /** What so many probes come to, two seconds apart. */
  const probe = async (times: number): Promise<readonly string[]> => {
    const answers = new Set<string>();
    for (let n = 0; n < times; n += 1) {
      state.now += 2_000;
      answers.add(
        await ready().then(
          () => 'ready',
          (error: { readonly code: string }) => error.code,
        ),
      );
    }
    return [...answers];
  };
  return { lines, state, probe, ready };
}

test('draining is logged once, however often somebody asks', async () => {
  const { lines, state, probe } = world();
  expect(await probe(3)).toEqual(['ready']);
  state.draining = true;
  expect(await probe(5)).toEqual(['not_ready']);
  expect(lines).toEqual(['info The readiness probe is answered 503: the server is stopping.']);
});

test('an outage is logged when it begins, when its reason changes, and when it is over', async () => {
  const { lines, state, probe } = world();
  state.fault = new Error('refused');
  expect(await probe(4)).toEqual(['not_ready']);
  state.fault = new Error('read-only');
  expect(await probe(4)).toEqual(['not_ready']);
  state.fault = undefined;
  expect(await probe(4)).toEqual(['ready']);
  const said = 'warn The readiness probe is answered 503.';
  expect(lines).toEqual([said, said, 'info The server is ready again.']);
});

test('probes within a second share one look at the database', async () => {
  const { state, ready } = world();
  await Promise.all([ready(), ready()]);
  state.now += 900;
  await ready();
  expect(state.asked).toBe(1);
  state.now += 200;
  await ready();
  expect(state.asked).toBe(2);
});
