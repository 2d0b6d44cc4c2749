import { describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { configuredUrl } from '../hook/configured-url.ts';
import { defineHook, type Hook } from '../hook/define.ts';
import { hookTest, type HookCase } from './hook-test.ts';

/** What `hookTest` would have told a runner. */
async function outcome<C>(hook: Hook<C>, cases: readonly HookCase[]): Promise<readonly string[]> {
  const rows: (readonly [string, () => Promise<void>])[] = [];
  hookTest(hook, cases, (name, work) => rows.push([name, work]));
  const failures: string[] = [];
  for (const [name, work] of rows) {
    await work().catch((error: unknown) =>
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`),
    );
  }
  return failures;
}

const config = z.strictObject({ to: configuredUrl });
const to = 'https://app.example.org/';
const hook = defineHook({
  name: 'away',
  at: { 'login.after': 'follow', 'registration.after': { hooks_first: 'prepare', persist_first: 'write' } },
  timeoutMs: 20,
  config,
  run: {
    prepare: ({ draft }) =>
      draft?.identity.traits['bad'] === true ? { kind: 'fail', messages: [] } : { kind: 'continue' },
    async write(_facts, _config, { sessions, notes }) {
      await sessions.issue();
      await notes.set('seen', true);
      return { kind: 'continue' };
    },
    follow: (_facts, { to: target }) => ({ kind: 'redirect', to: target }),
  },
});
const at = 'registration.after';

describe('hookTest', () => {
  it('passes what is right', async () => {
    const cases: readonly HookCase[] = [
      { name: 'sends on', config: { to }, verdict: { kind: 'redirect', to } },
      { name: 'goes on', at, config: { to }, verdict: { kind: 'continue' }, writes: [] },
      { name: 'writes', at, order: 'persist_first', config: { to }, writes: ['sessions.issue', 'notes.set'] },
      { name: 'needs a URL', config: { to: 'x' }, refused: 'to' },
    ];
    expect(await outcome(hook, cases)).toEqual([]);
  });

  const wrong: readonly (readonly [string, unknown, HookCase, RegExp])[] = [
    ['another verdict', hook, { name: 'x', config: { to }, verdict: { kind: 'continue' } }, /x: .*kind/s],
    ['other writes', hook, { name: 'x', at, order: 'persist_first', config: { to }, writes: [] }, /sessions\.issue/],
    [
      'a place that the hook does not name',
      hook,
      { name: 'x', at: 'settings.after', config: { to } },
      /does not stand/,
    ],
    ['a configuration that is taken', hook, { name: 'x', config: { to }, refused: 'to' }, /not refused/],
    [
      'an answer the server would not take',
      hook,
      { name: 'x', at, config: { to }, facts: { draft: { identity: { traits: { bad: true } } } } },
      /A hook failed/,
    ],
    ['no time limit', { ...hook, timeoutMs: undefined }, { name: 'x', config: { to } }, /timeoutMs/],
    ['no run for a phase', { ...hook, run: {} }, { name: 'x', config: { to } }, /run\.follow/],
    [
      'a schema that drops what it does not know',
      { ...hook, config: z.object({ to: configuredUrl }) },
      { name: 'x', config: { to } },
      /unknown keys/,
    ],
    [
      'a verdict that the hook does not declare',
      { ...hook, meta: { verdicts: { follow: ['continue'] } } },
      { name: 'x', config: { to } },
      /"redirect"; for follow it declares continue alone/,
    ],
    [
      'a verdict that the phase does not have',
      { ...hook, meta: () => ({ verdicts: { follow: ['fail'] } }) },
      { name: 'x', config: { to } },
      /meta\.verdicts\.follow/,
    ],
    [
      'a hook that hangs',
      { ...hook, run: { ...hook.run, follow: () => new Promise(() => undefined) } },
      { name: 'x', config: { to } },
      /too long/,
    ],
  ];
  it.each(wrong)('fails %s', async (_what, broken, row, text) => {
    expect((await outcome(broken as Hook<never>, [row])).join('\n')).toMatch(text);
  });
});

hookTest(
  hook,
  [{ name: 'registers with the runner it is given', config: { to }, verdict: { kind: 'redirect' } }],
  test,
);
