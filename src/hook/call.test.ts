import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HookEntry, HookList } from '../config/config.ts';
import type { Draft, Traits } from '../kernel/draft.ts';
import { SallyportError } from '../kernel/error.ts';
import { parseFlowId, parseIdentityId, parseSessionId } from '../kernel/id.ts';
import { must } from '../kernel/error.ts';
import { UpstreamError } from './upstream-error.ts';
import type { ReturnUrl } from '../kernel/return-url.ts';
import type { Phase } from '../kernel/verdict.ts';
import type { BoundHook } from './bound-hook.ts';
import { createCaller, type Caller } from './call.ts';
import { createHookScope, type HookScope } from './hook-scope.ts';
import { guardProcess } from './process-guard.ts';
import { InvalidVerdict } from './verdict.ts';
import type { Facts, Hook, Outside, Writes } from './define.ts';
import { buildFacts, type FactParts, type Given } from './facts.ts';
import { HookError } from './hook-error.ts';

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const flowId = must(parseFlowId(uuid(1)), 'id');

const draft: Draft = {
  identity: {
    id: must(parseIdentityId(uuid(2)), 'id'),
    schemaId: 'default',
    state: 'active',
    traits: { email: 'ann@example.org', name: { first: 'Ann' }, tags: ['a'] },
    metadataPublic: { plan: 'free' },
    metadataAdmin: { note: 'for admins only' },
    proved: [{ via: 'email', value: 'ann@example.org' }],
    version: 3,
  },
  session: { id: must(parseSessionId(uuid(3)), 'id') },
};

const parts: FactParts = {
  flow: {
    id: flowId,
    kind: 'registration',
    type: 'browser',
    page: 'form',
    method: 'password',
    requestUrl: 'https://id.example.org/self-service/registration/browser',
    returnTo: undefined,
    transientPayload: { invite: { code: 'abc' } },
  },
  point: 'registration.after',
  draft,
  identity: {
    id: uuid(2),
    traits: { email: 'ann@example.org' },
    metadata_admin: { note: 'for admins only' },
    credentials: { password: 'hash' },
  },
  session: undefined,
  wire: {
    identity: { id: uuid(2), metadata_public: null, metadata_admin: { note: 'for admins only' }, credentials: {} },
    session: undefined,
  },
  started: [],
  request: { method: 'POST', url: 'https://id.example.org/self-service/registration?flow=1' },
  headers: {
    'user-agent': 'test',
    cookie: 'a=b',
    Authorization: 'Bearer x',
    'x-session-token': 't',
    'x-csrf-token': 'c',
    'x-other': '1',
  },
  allowedHeaders: ['User-Agent', 'Cookie', 'Authorization', 'X-Session-Token', 'X-CSRF-Token'],
  attempt: 'attempt-1',
};
const given: Given = buildFacts(parts);

const list: HookList = {
  name: 'registration.after.password',
  flow: 'registration',
  point: 'after',
  method: 'password',
  dialect: 'current',
  path: 'x',
  entries: [],
};
const entry: HookEntry = { hook: 'planted', id: undefined, config: undefined, path: 'x[0]', place: undefined };

function bound(
  run: Hook<unknown>['run'],
  {
    timeoutMs = 1_000,
    config,
    ends,
    meta = {},
  }: { timeoutMs?: number; config?: unknown; ends?: boolean; meta?: BoundHook['meta'] } = {},
): BoundHook {
  const hook: Hook<unknown> = { name: 'planted', at: {}, timeoutMs, run, ...(ends !== undefined && { ends }) };
  const phase = Object.keys(run)[0] as Phase;
  return {
    name: 'planted',
    key: 'planted',
    phase,
    point: 'registration.after',
    list: 'registration.after.password',
    method: 'password',
    config,
    hook,
    meta,
    entry,
    from: list,
  };
}

const home = 'https://app.example.org/home' as ReturnUrl;
const outside: Outside = {
  fetch: () => Promise.reject(new Error('no network in this test')),
  log: { info: () => undefined, warn: () => undefined },
  returnUrl: (fallback) => fallback,
  flow: () => ({}),
};
function writes(more: Partial<Writes> = {}): Writes {
  return {
    sessions: { issue: async () => undefined, revokeOthers: async () => undefined },
    verification: { start: async () => [] },
    outbox: { put: async () => undefined, request: async () => undefined },
    notes: { set: async () => undefined },
    flow: () => ({}),
    ...more,
  };
}

let faults: HookError[];
let caller: Caller;
let scope: HookScope;
beforeEach(() => {
  faults = [];
  scope = createHookScope();
  caller = createCaller({
    scope,
    report: (fault) => faults.push(fault),
    allowed: (url) => (url === 'https://listed.example.org/' ? (url as ReturnUrl) : undefined),
  });
});

/** A hook as a stranger writes it: whatever it answers. */
type Planted = (facts: Facts, config: unknown, reach: never) => unknown;
const prepare = (run: Planted, options?: { timeoutMs?: number; config?: unknown }) =>
  caller.call(bound({ prepare: run as never }, options), 'prepare', given, outside);
const write = (run: Planted, reach: Writes = writes(), options?: { timeoutMs?: number; config?: unknown }) =>
  caller.call(bound({ write: run as never }, options), 'write', given, reach);
const follow = (run: Planted, options?: { timeoutMs?: number; config?: unknown }) =>
  caller.call(bound({ follow: run as never }, options), 'follow', given, outside);

async function failure(work: Promise<unknown>): Promise<SallyportError> {
  const error: unknown = await work.then(
    (verdict) => verdict,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SallyportError);
  return error as SallyportError;
}

describe('a hook that fails', () => {
  const throwing: readonly (readonly [string, Planted])[] = [
    ['throws at once', () => { throw new Error('secret detail'); }],
    ['throws later', async () => { await Promise.resolve(); throw new Error('secret detail'); }],
    ['rejects', () => Promise.reject(new Error('secret detail'))],
    ['throws a string', () => { throw 'secret detail'; }],
    ['throws undefined', () => { throw undefined; }],
    ['throws a frozen object', () => { throw Object.freeze({ message: 'secret detail' }); }],
    ['throws what cannot be described', () => { throw { toString() { throw new Error('no'); } }; }],
    ['answers with a getter that throws', () => ({ get kind() { throw new Error('secret detail'); } })],
    // oxlint-disable-next-line unicorn/no-thenable -- what is tested
    ['answers with a then that throws', () => Object.defineProperty({}, 'then', { get() { throw new Error('secret detail'); } })],
    ['answers with a proxy that throws', () => new Proxy({}, { get() { throw new Error('secret detail'); } })],
    ['changes a fact', (facts) => { (facts.flow as { kind: string }).kind = 'login'; }],
    ['changes a trait', (facts) => { (traitsIn(facts) as { email: string }).email = 'x'; }],
    ['adds to a list', (facts) => { (traitsIn(facts)['tags'] as string[]).push('b'); }],
    ['adds a fact', (facts) => { Object.assign(facts, { more: 1 }); }],
  ]; // prettier-ignore
  it.each(throwing)('is named in the fault and not in the public reason when it %s', async (_what, run) => {
    const error = await failure(prepare(run));
    expect([error.code, error.status]).toEqual(['hook_failed', 500]);
    expect(error.reason).not.toMatch(/planted|secret/);
    expect(error.details).toBeUndefined();
    expect(error.cause).toBeInstanceOf(HookError);
    expect(faults).toEqual([error.cause]);
    expect(faults[0]?.origin).toEqual({
      hook: 'planted',
      point: 'registration.after',
      list: 'registration.after.password',
      key: 'planted',
      phase: 'prepare',
    });
    expect(faults[0]?.message).toContain('Hook planted at registration.after (prepare)');
  });

  it.each(['prepare', 'write', 'follow'] as const)(
    'is given up after its time in %s, and what it answers then is ignored',
    async (phase) => {
      let settle: (value: unknown) => void = () => undefined;
      const run = (): Promise<unknown> => new Promise((resolve) => (settle = resolve));
      const options = { timeoutMs: 10 };
      const calls = {
        prepare: () => prepare(run, options),
        write: () => write(run, writes(), options),
        follow: () => follow(run, options),
      };
      const error = await failure(calls[phase]());
      settle({ kind: 'continue' });
      await Promise.resolve();
      expect([error.code, error.status]).toEqual(['hook_timeout', 504]);
      expect(error.reason).not.toContain('planted');
      expect(faults.map(({ kind }) => kind)).toEqual(['timeout']);
    },
  );

  it('hears of the end of its time by its signal', async () => {
    let reason: unknown;
    await failure(
      prepare(
        ({ signal }) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject((reason = signal.reason)))),
        { timeoutMs: 10 },
      ),
    );
    expect(reason).toBeInstanceOf(DOMException);
    expect(faults.map(({ kind }) => kind)).toEqual(['timeout']);
  });
});

describe('an answer', () => {
  const message = { id: 4_900_001, text: 'Not today.', type: 'error' };
  const shown = given.facts.draft;
  const withTraits = (traits: unknown): unknown => ({
    kind: 'modify',
    draft: { ...shown, identity: { ...shown?.identity, traits } },
  });

  const nonsense: readonly (readonly [string, Phase, unknown])[] = [
    ['nothing', 'prepare', undefined],
    ['null', 'prepare', null],
    ['text', 'prepare', 'continue'],
    ['a list', 'prepare', [{ kind: 'continue' }]],
    ['no kind', 'prepare', {}],
    ['a kind that there is not', 'prepare', { kind: 'toString' }],
    ['fail after persisting', 'follow', { kind: 'fail', messages: [message] }],
    ['modify while persisting', 'write', withTraits({})],
    ['redirect while persisting', 'write', { kind: 'redirect', to: home }],
    ['divert before persisting', 'prepare', { kind: 'divert', to: home, error: message }],
    ['an offer before persisting', 'prepare', { kind: 'continue', offer: [] }],
    [
      'a session token of its own',
      'follow',
      { kind: 'continue', offer: [{ action: 'set_ory_session_token', ory_session_token: 'x' }] },
    ],
    [
      'an offer of a flow without id',
      'follow',
      { kind: 'continue', offer: [{ action: 'show_settings_ui', flow: { id: 'x' } }] },
    ],
    [
      'an offer that leads anywhere',
      'follow',
      { kind: 'continue', offer: [{ action: 'redirect_browser_to', redirect_browser_to: 'https://evil.example/' }] },
    ],
    ['a target of its own making', 'prepare', { kind: 'redirect', to: 'https://evil.example/' }],
    ['a target that runs code', 'prepare', { kind: 'redirect', to: 'javascript:alert(1)' }],
    ['a target that is no text', 'prepare', { kind: 'redirect', to: { href: home } }],
    ['a refusal without messages', 'prepare', { kind: 'fail', messages: [] }],
    ['a message without number', 'prepare', { kind: 'fail', messages: [{ ...message, id: '1' }] }],
    ['a message of another type', 'prepare', { kind: 'fail', messages: [{ ...message, type: 'html' }] }],
    [
      'a message with a polluting context',
      'prepare',
      { kind: 'fail', messages: [{ ...message, context: JSON.parse('{"__proto__":{"polluted":1}}') }] },
    ],
    ['a draft without identity', 'prepare', { kind: 'modify', draft: {} }],
    [
      'traits that reach a prototype',
      'prepare',
      withTraits(JSON.parse('{"email":"a@b.c","__proto__":{"polluted":true}}')),
    ],
    [
      'traits that name a constructor',
      'prepare',
      withTraits({ deep: [{ constructor: { prototype: { polluted: true } } }] }),
    ],
    ['traits that are no data', 'prepare', withTraits({ when: new Date(0) })],
    ['traits with a function', 'prepare', withTraits({ f: () => 1 })],
    ['traits with no number', 'prepare', withTraits({ n: Number.NaN })],
    ['traits without end', 'prepare', withTraits(cyclic())],
    ['traits of a megabyte', 'prepare', withTraits({ big: 'x'.repeat(1_000_000) })],
    [
      'another identity',
      'prepare',
      { kind: 'modify', draft: { ...draft, identity: { ...draft.identity, id: uuid(9) } } },
    ],
    ['another session', 'prepare', { kind: 'modify', draft: { ...draft, session: { id: uuid(9) } } }],
    [
      'another version',
      'prepare',
      { kind: 'modify', draft: { ...draft, identity: { ...draft.identity, version: 9 } } },
    ],
    [
      'an address it says is proved',
      'prepare',
      {
        kind: 'modify',
        draft: { ...draft, identity: { ...draft.identity, proved: [{ via: 'email', value: 'boss@example.org' }] } },
      },
    ],
  ];
  it.each(nonsense)('that is %s is the hook’s fault', async (_what, phase, answer) => {
    const calls = {
      prepare: () => prepare(() => answer),
      write: () => write(() => answer),
      follow: () => follow(() => answer),
    };
    const error = await failure(calls[phase]());
    expect(error.code).toBe('hook_failed');
    expect(faults.map(({ kind }) => kind)).toEqual(['nonsense']);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('that is not declared is the hook’s fault; one that is declared is taken', async () => {
    const declared = (kind: 'continue' | 'fail') => ({ meta: { verdicts: { prepare: [kind] } } }) as const;
    const error = await failure(
      caller.call(bound({ prepare: () => ({ kind: 'continue' }) }, declared('fail')), 'prepare', given, outside),
    );
    expect(error.code).toBe('hook_failed');
    expect(faults.map(({ message: text }) => text).join()).toContain('"continue"; for prepare it declares fail alone');
    const taken = bound({ prepare: () => ({ kind: 'continue' }) }, declared('continue'));
    expect(await caller.call(taken, 'prepare', given, outside)).toEqual({ kind: 'continue' });
  });

  it('that lets the flow go on is the fault of a hook that always ends its list', async () => {
    const ends = bound({ follow: () => ({ kind: 'continue' }) }, { ends: true });
    expect((await failure(caller.call(ends, 'follow', given, outside))).code).toBe('hook_failed');
    expect(faults.map(({ kind }) => kind)).toEqual(['nonsense']);
  });

  it('is copied: only documented members, into fresh objects', async () => {
    const answer = {
      kind: 'fail',
      messages: [{ ...message, at: 'traits.email', context: { a: [1] }, html: '<b>' }],
      status: 200,
    };
    const verdict = await prepare(() => answer);
    expect(verdict).toEqual({ kind: 'fail', messages: [{ ...message, at: 'traits.email', context: { a: [1] } }] });
    answer.messages.length = 0;
    expect(verdict).toHaveProperty('messages.length', 1);
  });

  it('may vouch for another address, and name what other systems call the person', async () => {
    const vouched = { via: 'email', value: 'second@example.org' };
    const verdict = await prepare(({ draft: seen }) => ({
      kind: 'modify',
      draft: {
        identity: { ...seen?.identity, proved: [...(seen?.identity.proved ?? []), vouched], externalId: 'crm-1' },
      },
    }));
    const proved = [...draft.identity.proved, vouched];
    expect(verdict).toMatchObject({ kind: 'modify', draft: { identity: { proved, externalId: 'crm-1' } } });
  });

  it.each([
    [new UpstreamError('It answered 500.'), 'upstream_error'],
    [new UpstreamError('It took too long.', 'late'), 'hook_timeout'],
    [new Error('anything else'), 'hook_failed'],
  ])('that is thrown: %s answers %s', async (error, code) => {
    const thrown = prepare(() => {
      throw error;
    });
    await expect(thrown).rejects.toMatchObject({ code });
    expect(faults.map(({ message }) => message)).toEqual([expect.stringContaining(error.message)]);
  });

  it('that modifies the draft keeps ids, proved addresses and what administrators noted', async () => {
    const verdict = await prepare(({ draft: seen }) => ({
      kind: 'modify',
      draft: { ...seen, identity: { ...seen?.identity, traits: { email: 'ann@example.com' }, more: 1 }, more: 1 },
    }));
    expect(verdict).toEqual({
      kind: 'modify',
      draft: { ...draft, identity: { ...draft.identity, traits: { email: 'ann@example.com' } } },
    });
  });

  it('may lead to a URL of its configuration, from reach.returnUrl, of a started flow, or on the allow list', async () => {
    const config = { deep: [{ to: 'https://configured.example.org/a' }] };
    expect(
      await prepare(() => ({ kind: 'redirect', to: 'https://configured.example.org/a' }), { config }),
    ).toHaveProperty('kind', 'redirect');
    expect(await prepare(() => ({ kind: 'redirect', to: 'https://listed.example.org/' }))).toHaveProperty(
      'kind',
      'redirect',
    );
    const asked = await prepare(
      (_facts, _config, reach) => ({ kind: 'redirect', to: (reach as Outside).returnUrl(home) }),
      { config: { home } },
    );
    expect(asked).toEqual({ kind: 'redirect', to: home });
    const url = 'https://id.example.org/verification?flow=1' as ReturnUrl; // what the server would hand out
    const start = async () => [{ id: flowId, address: 'ann@example.org', url }];
    const diverted = await write(
      async (_facts, _config, reach) => {
        const [flow] = await (reach as Writes).verification.start('first');
        return { kind: 'divert', to: flow?.url, error: message };
      },
      writes({ verification: { start } }),
    );
    expect(diverted).toEqual({ kind: 'divert', to: url, error: message });
  });

  it('never leads to a configured value that is no web address', async () => {
    const to = 'javascript:alert(1)';
    expect((await failure(prepare(() => ({ kind: 'redirect', to }), { config: { to } }))).code).toBe('hook_failed');
  });
});

describe.each(['prepare', 'follow'] as const)('what a hook reaches in %s', (phase) => {
  const call = { prepare, follow }[phase];

  it.each(['https://evil.example.org/', 'javascript:alert(1)', '//evil.example.org/', '', undefined])(
    'reach.returnUrl refuses %s, which neither its configuration nor the allow list has',
    async (url) => {
      const error = await failure(
        call((_f, _c, reach) => ({ kind: 'redirect', to: (reach as Outside).returnUrl(url as ReturnUrl) })),
      );
      expect(error.code).toBe('hook_failed');
      expect(faults[0]?.message).toContain(`Hook planted at registration.after (${phase}): It gave reach.returnUrl`);
    },
  );

  it('reach.returnUrl takes what is configured and what is on the allow list', async () => {
    const to = 'https://configured.example.org/';
    for (const url of [to, 'https://listed.example.org/']) {
      const verdict = await call(
        (_f, _c, reach) => ({ kind: 'redirect', to: (reach as Outside).returnUrl(url as ReturnUrl) }),
        { config: { to } },
      );
      expect(verdict).toEqual({ kind: 'redirect', to: url });
    }
    expect(faults).toEqual([]);
  });

  it('reach.fetch is refused after the verdict, and told once', async () => {
    let kept: Outside | undefined;
    await call((_f, _c, reach) => {
      kept = reach;
      return { kind: 'continue' };
    });
    await expect(kept?.fetch('https://example.org/')).rejects.toThrow('reach.fetch after it had ended');
    expect(faults.map(({ kind, origin }) => [kind, origin.hook])).toEqual([['stray', 'planted']]);
  });
});

describe('the view of a hook', () => {
  it('is frozen all the way down and has no prototypes', async () => {
    let seen: Facts | undefined;
    await prepare((facts) => {
      seen = facts;
      return { kind: 'continue' };
    });
    const objects: object[] = [];
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null || value instanceof AbortSignal) return;
      objects.push(value);
      for (const key of Reflect.ownKeys(value)) visit(Reflect.get(value, key));
    };
    visit(seen);
    expect(objects.length).toBeGreaterThan(10);
    expect(objects.every((each) => Object.isFrozen(each))).toBe(true);
    expect(objects.every((each) => Array.isArray(each) || Object.getPrototypeOf(each) === null)).toBe(true);
    expect(objects.every((each) => Reflect.ownKeys(each).every((key) => typeof key === 'string'))).toBe(true);
  });

  it('holds no credentials, no admin metadata, no cookie and no token', async () => {
    let text = '';
    await prepare((facts) => {
      text = JSON.stringify(facts);
      return { kind: 'continue' };
    });
    expect(text).not.toMatch(/hash|for admins only|a=b|Bearer|cookie|x-session-token|x-csrf-token|x-other/i);
    expect(given.facts.headers).toEqual({ 'user-agent': 'test' });
    expect(text).toContain('"invite"');
  });
});

describe('writing', () => {
  const go = { kind: 'continue' };

  it('passes on what the store throws, also where the hook caught it', async () => {
    const deadlock = new Error('deadlock');
    const store = writes({ sessions: { issue: () => Promise.reject(deadlock), revokeOthers: async () => undefined } });
    await expect(write((_f, _c, reach) => (reach as Writes).sessions.issue().then(() => go), store)).rejects.toBe(
      deadlock,
    );
    await expect(
      write(
        (_f, _c, reach) =>
          (reach as Writes).sessions
            .issue()
            .catch(() => undefined)
            .then(() => go),
        store,
      ),
    ).rejects.toBe(deadlock);
    expect(faults).toEqual([]);
  });

  it('is waited for, also where the hook did not wait', async () => {
    const done: string[] = [];
    const store = writes({ sessions: { issue: async () => { await Promise.resolve(); await Promise.resolve(); done.push('issued'); }, revokeOthers: async () => undefined } }); // prettier-ignore
    await write((_f, _c, reach) => {
      void (reach as Writes).sessions.issue();
      return go;
    }, store);
    expect(done).toEqual(['issued']);
  });

  it('is over when the hook has ended', async () => {
    let kept: Writes | undefined;
    const done: string[] = [];
    const store = writes({
      sessions: { issue: async () => void done.push('issued'), revokeOthers: async () => undefined },
    });
    await write((_f, _c, reach) => {
      kept = reach;
      return go;
    }, store);
    await expect(kept?.sessions.issue()).rejects.toThrow('after it had ended');
    expect(done).toEqual([]);
    expect(faults.map(({ kind, message: told }) => [kind, told])).toEqual([
      [
        'stray',
        'Hook planted at registration.after (write): it called reach.sessions.issue after it had ended, and was refused',
      ],
    ]);
  });

  it('of more than a submit may is the hook’s fault, not the store’s', async () => {
    const store = writes({ notes: { set: () => Promise.reject(new InvalidVerdict('It wrote more.')) } });
    const error = await failure(write((_f, _c, reach) => (reach as Writes).notes.set('a', 1).then(() => go), store));
    expect(error.code).toBe('hook_failed');
    expect(faults[0]?.message).toBe('Hook planted at registration.after (write): It wrote more.');
  });

  const refused: readonly (readonly [string, (reach: Writes) => Promise<unknown>])[] = [
    ['a note of more than 4 KiB', (reach) => reach.notes.set('a', 'x'.repeat(4_097))],
    ['a note under a key with blanks', (reach) => reach.notes.set('a b', 1)],
    ['a note that is no data', (reach) => reach.notes.set('a', (() => 1) as never)],
    ['a mail with a second header', (reach) => reach.outbox.put({ subject: 'Hi\r\nBcc: x@example.org', text: '' })],
    ['a mail without text', (reach) => reach.outbox.put({ subject: 'Hi' } as never)],
    ['some other verification', (reach) => reach.verification.start('none' as never)],
  ];
  it.each(refused)('refuses %s, as the hook’s fault', async (_what, run) => {
    const error = await failure(write((_f, _c, reach) => run(reach as Writes).then(() => go)));
    expect(error.code).toBe('hook_failed');
    expect(faults).toHaveLength(1);
  });
});

describe('a guarded process', () => {
  let undo: () => void = () => undefined;
  let fatal: unknown[];
  /** Vitest listens too, and would take a hook's stray error for its own. */
  const others = {
    uncaughtException: process.listeners('uncaughtException'),
    unhandledRejection: process.listeners('unhandledRejection'),
  };
  beforeEach(() => {
    fatal = [];
    others.uncaughtException = process.listeners('uncaughtException');
    others.unhandledRejection = process.listeners('unhandledRejection');
    process.removeAllListeners('uncaughtException').removeAllListeners('unhandledRejection');
    undo = guardProcess(scope, {
      report: (fault) => faults.push(fault),
      onFatal: (error) => fatal.push(error),
    });
  });
  afterEach(() => {
    undo();
    for (const listener of others.uncaughtException) process.on('uncaughtException', listener);
    for (const listener of others.unhandledRejection) process.on('unhandledRejection', listener);
  });
  const heard = async (count: number): Promise<void> => {
    while (faults.length + fatal.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
  };

  it.each([
    ['a timer', () => setTimeout(() => { throw new Error('late'); }, 1)],
    ['an immediate', () => setImmediate(() => { throw new Error('late'); })],
    ['a tick', () => process.nextTick(() => { throw new Error('late'); })],
    ['a microtask', () => queueMicrotask(() => { throw new Error('late'); })],
    ['a promise nobody waits for', () => void Promise.reject(new Error('late'))],
    ['a promise in a timer', () => setTimeout(() => void Promise.reject(new Error('late')), 1)],
  ])('reports what a finished hook throws in %s against it, and lives', async (_what, leave) => {
    await follow(() => {
      leave();
      return { kind: 'continue' };
    });
    await heard(1);
    expect(faults.map(({ kind, origin }) => [kind, origin.hook])).toEqual([['stray', 'planted']]);
    expect(fatal).toEqual([]);
  }); // prettier-ignore

  it('takes every other error for ours', async () => {
    const error = new Error('ours');
    setImmediate(() => {
      throw error;
    });
    await heard(1);
    expect([fatal, faults]).toEqual([[error], []]);
  });

  it('does not blame a hook for what the store leaves behind', async () => {
    const store = writes({ sessions: { issue: async () => void setImmediate(() => { throw new Error('pool'); }), revokeOthers: async () => undefined } }); // prettier-ignore
    await write((_f, _c, reach) => (reach as Writes).sessions.issue().then(() => ({ kind: 'continue' })), store);
    await heard(1);
    expect(fatal).toHaveLength(1);
    expect(faults).toEqual([]);
  });

  it.each(['exit', 'abort', 'kill', 'reallyExit'])('refuses process.%s from a hook', async (name) => {
    const end = (): unknown => Reflect.apply(Reflect.get(process, name) as () => unknown, process, [process.pid]);
    const error = await failure(prepare(end));
    expect(error.code).toBe('hook_failed');
    expect(faults[0]?.message).toContain(`process.${name}`);
  });

  it('lets a hook ask whether a process is there', async () => {
    await prepare(() => {
      process.kill(process.pid, 0);
      return { kind: 'continue' };
    });
    expect(faults).toEqual([]);
  });

  it('refuses what was imported by its name', async () => {
    const { exit } = await import('node:process');
    const error = await failure(prepare(() => exit(3)));
    expect(error.code).toBe('hook_failed');
  });

  it('refuses process.exit from a timer of a hook', async () => {
    await follow(() => {
      setTimeout(() => process.exit(3), 1);
      return { kind: 'continue' };
    });
    await heard(1);
    expect(faults[0]?.message).toContain('process.exit');
  });

  it('names the file whose loading left an error behind', async () => {
    caller.within('/plugins/x.ts', () => setImmediate(() => { throw new Error('late'); })); // prettier-ignore
    await heard(1);
    expect(faults[0]?.origin).toEqual({ hook: '/plugins/x.ts' });
  });

  it('gives process.exit back', () => {
    const guarded: unknown = Reflect.get(process, 'exit');
    undo();
    expect(Reflect.get(process, 'exit')).not.toBe(guarded);
  });
});

const traitsIn = ({ draft: seen }: Facts): Traits => must(seen, 'draft').identity.traits;

function cyclic(): unknown {
  const traits: Record<string, unknown> = {};
  traits['self'] = traits;
  return traits;
}
