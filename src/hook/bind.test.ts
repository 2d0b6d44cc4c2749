import { surprisesOf } from './surprises.ts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Config, Dialect, FlowName, HookEntry, HookList } from '../config/config.ts';
import { formatIssue } from '../kernel/issue.ts';
import type { Phase } from '../kernel/verdict.ts';
import redirect from '../../plugins/redirect.ts';
import revokeActiveSessions from '../../plugins/revoke_active_sessions.ts';
import session from '../../plugins/session.ts';
import requireVerifiedAddress from '../../plugins/require_verified_address.ts';
import showVerificationUi from '../../plugins/show_verification_ui.ts';
import verification from '../../plugins/verification.ts';
import verify from '../../plugins/verify.ts';
import webHook from '../../plugins/web_hook.ts';
import { bindHooks, type Binding } from './bind.ts';
import { loadHooks } from './load-hooks.ts';
import type { BoundHook } from './bound-hook.ts';
import { defineHook, type At, type Hook } from './define.ts';
import type { FoundHook } from './found-hook.ts';

/** What a configuration says of methods, as far as hooks are concerned. */
const OWNERS = ['password', 'profile', 'oidc', 'code', 'totp'];
const METHODS_OF = {
  methods: Object.fromEntries(OWNERS.map((name) => [name, { enabled: true }])),
  listOwners: { login: OWNERS, registration: OWNERS, settings: OWNERS, recovery: [], verification: [], logout: [] },
};

const run = {
  prepare: () => ({ kind: 'continue' }) as const,
  write: () => ({ kind: 'continue' }) as const,
  follow: () => ({ kind: 'continue' }) as const,
};
const plugin = (name: string, at: At, more: Partial<Hook<unknown>> = {}): Hook<unknown> =>
  defineHook<unknown>({ name, at, timeoutMs: 100, run, ...more });

const PLUGINS = [
  plugin('early', { 'login.after': 'prepare', 'registration.after': 'prepare', 'settings.after.profile': 'prepare' }),
  plugin('late', { 'login.after': 'follow', 'registration.after': 'follow' }),
  plugin('either', { 'registration.after': { hooks_first: 'prepare', persist_first: 'follow' } }),
  plugin('finer', { 'settings.after': 'follow', 'settings.after.profile': 'prepare' }),
  plugin(
    'lenient',
    { 'login.after': 'prepare' },
    { config: z.object({ size: z.number().optional(), api_key: z.string().optional() }) },
  ),
  plugin(
    'nested',
    { 'login.after': 'prepare' },
    { config: z.strictObject({ rules: z.array(z.strictObject({ domain: z.string() })) }) },
  ),
  plugin('any_keys', { 'login.after': 'prepare' }, { config: z.looseObject({}) }),
  plugin('own_schema', { 'login.after': 'prepare' }, { config: { parse: (input) => input } }),
  plugin('refusing', { 'login.after': 'prepare' }, { config: { parse: () => { throw new Error('needs a moon'); } } }), // prettier-ignore
  plugin('asking', { 'login.after': 'prepare' }, { config: { parse: async (input) => input } }),
  plugin('guarding', { 'logout.before': 'prepare', 'logout.after': 'prepare' }),
  defineHook<unknown>({
    name: 'choosing',
    at: (config) => ({ 'login.after': String(Reflect.get(Object(config), 'phase')) as Phase }),
    timeoutMs: 100,
    config: z.strictObject({ phase: z.string() }),
    run: { prepare: run.prepare, follow: run.follow },
  }),
];
const hooks = new Map(
  [
    session,
    redirect,
    revokeActiveSessions,
    verify,
    verification,
    requireVerifiedAddress,
    showVerificationUi,
    webHook,
    ...PLUGINS,
  ].map((hook): [string, FoundHook] => [
    hook.name,
    // Whatever its configuration is, it came from the hook's own schema.
    { hook: hook as Hook<unknown>, file: `/plugins/${hook.name}.ts`, origin: 'bundled' },
  ]),
);

type Written = string | readonly [hook: string, config: unknown] | Partial<HookEntry>;

/** `v0.1-job login.after.password` and what stands in it. */
function list(where: string, ...written: readonly Written[]): HookList {
  const [dialect = 'current', name = ''] = where.split(' ');
  const [flow, point, method] = name.split('.');
  const path = `selfservice.${name}`;
  const entries = written.map((each, i): HookEntry => {
    const base = {
      hook: '',
      id: undefined,
      config: undefined,
      path: `${path}[${i}]`,
      place: { file: 'sallyport.yaml', line: 10 + i, column: 3 },
    };
    if (typeof each === 'string') return { ...base, hook: each };
    return 'hook' in each || !('length' in each) ? { ...base, ...each } : { ...base, hook: each[0], config: each[1] };
  });
  return {
    name,
    flow: flow as FlowName,
    point: point as 'after',
    method: method,
    dialect: dialect as Dialect,
    path,
    entries,
  };
}

function bind(
  lists: readonly HookList[],
  more: { readonly verification?: boolean; readonly notOffered?: readonly string[] } = {},
): Binding {
  // Only what is read here.
  const config = {
    lists,
    ...METHODS_OF,
    dialect: 'current',
    notOffered: more.notOffered ?? [],
    flows: { verification: { enabled: more.verification ?? false } },
  } as unknown as Config;
  return bindHooks(config, hooks);
}

const said = (issues: Binding['issues']): string => issues.map(formatIssue).join('\n');
const names = (bound: readonly BoundHook[]): readonly string[] => bound.map(({ key, phase }) => `${phase} ${key}`);
const to = 'https://app.example.org/home';

describe('what may stand where', () => {
  const allowed: Readonly<Record<string, readonly string[]>> = {
    'v0.1-job login.before': ['redirect'],
    'v0.1-job login.after.password': ['session', 'redirect', 'revoke_active_sessions'],
    'v0.1-job registration.after.password': ['session', 'redirect', 'verify'],
    'v0.3-hook login.before': ['redirect'],
    'v0.3-hook login.after.password': ['redirect', 'revoke_active_sessions'],
    'v0.3-hook registration.before': ['redirect'],
    'v0.3-hook registration.after.oidc': ['session', 'redirect', 'verify'],
    'v0.3-hook settings.before': [],
    'v0.3-hook settings.after': ['redirect', 'verify'],
    'v0.3-hook settings.after.profile': ['redirect', 'verify'],
    'v0.1-job settings.after': [],
    'current login.before': ['redirect', 'web_hook'],
    'current login.after': ['redirect', 'revoke_active_sessions', 'web_hook', 'verification', 'show_verification_ui'],
    'current login.after.password': [
      'redirect',
      'revoke_active_sessions',
      'web_hook',
      'verification',
      'show_verification_ui',
    ],
    'current login.after.oidc': ['redirect', 'revoke_active_sessions', 'web_hook'],
    'current registration.before': ['redirect', 'web_hook'],
    'current registration.after': ['redirect', 'web_hook'],
    'current registration.after.password': ['session', 'redirect', 'verify', 'web_hook', 'show_verification_ui'],
    'current settings.before': ['web_hook'],
    'current settings.after': ['redirect', 'web_hook'],
    'current settings.after.password': ['redirect', 'verify', 'revoke_active_sessions', 'web_hook'],
    'current settings.after.profile': ['redirect', 'verify', 'web_hook', 'show_verification_ui'],
    'current recovery.before': ['web_hook'],
    'current recovery.after': ['revoke_active_sessions', 'web_hook'],
    'current verification.after': ['web_hook'],
    'current logout.before': [],
  };
  const all = [
    'session',
    'redirect',
    'revoke_active_sessions',
    'verify',
    'web_hook',
    'verification',
    'show_verification_ui',
  ];
  it.each(Object.keys(allowed))('is the table of the dialects: %s', (where) => {
    const configs: Readonly<Record<string, unknown>> = {
      redirect: { to },
      web_hook: { url: to, method: 'POST', body: 'file://body.jsonnet' },
    };
    const fits = all.filter((name) => bind([list(where, [name, configs[name]])]).issues.length === 0);
    expect(fits.toSorted()).toEqual(allowed[where]?.toSorted());
  });

  it('names path, hook and the allowed set, with the line', () => {
    const text = said(bind([list('v0.3-hook login.before', 'revoke_active_sessions')]).issues);
    expect(text).toBe(
      'sallyport.yaml:10:3 selfservice.login.before[0]: the hook "revoke_active_sessions" is not allowed here; allowed here: redirect, choosing',
    );
  });

  it.each([
    ['v0.3-hook login.after.password', 'session', /it is automatic.*allowed here: redirect, revoke_active_sessions/],
    ['current login.after.password', 'session', /it is automatic/],
    ['v0.3-hook settings.before', 'redirect', /this flow has none/],
    ['current registration.after', 'session', /selfservice\.registration\.after\.password/],
    ['current login.after', 'organization', /refused/],
    ['current login.after', 'b2b_sso', /refused/],
    ['v0.1-job login.after.password', 'sesion', /there is no hook "sesion".*did you mean "session"\?/],
    ['current login.after.password', 'revoke_sessions', /did you mean "revoke_active_sessions"\?/],
    [
      'v0.1-job login.after.password',
      'frobnicate',
      /there is no hook "frobnicate"; allowed here: session, redirect, revoke_active_sessions, early, late/,
    ],
    [
      'current recovery.after',
      'early',
      /for it: login\.after, registration\.after, settings\.after\.profile; here: web_hook, revoke_active_sessions/,
    ],
    ['v0.1-job settings.after', 'finer', /no hook is allowed here/],
    ['current settings.after', 'early', /for it: .*settings\.after\.profile/],
  ])('says in %s of %s what to do', (where, hook, text) => {
    expect(said(bind([list(where, hook)]).issues)).toMatch(text);
  });

  it('refuses verify where verification sends by itself, in today’s dialect only', () => {
    expect(
      said(bind([list('current registration.after.password', 'verify')], { verification: true }).issues),
    ).toContain('sends by itself');
    expect(bind([list('v0.3-hook registration.after.password', 'verify')], { verification: true }).issues).toEqual([]);
  });

  it('refuses a bundled hook that could not be loaded instead of taking it for one of a later build', () => {
    const config = {
      lists: [list('v0.1-job login.after.password', 'session')],
      ...METHODS_OF,
      dialect: 'current',
      notOffered: [],
      flows: { verification: { enabled: false } },
    };
    expect(said(bindHooks(config as unknown as Config, new Map()).issues)).toContain('could not be loaded');
  });
});

describe('a configuration of a hook', () => {
  it.each([
    [
      'v0.1-job login.after.password',
      'redirect',
      undefined,
      /selfservice\.login\.after\.password\[0\]\.config\.redirect_to: .*it is missing/,
    ],
    [
      'v0.1-job login.after.password',
      'redirect',
      { to: 'not-a-url' },
      /config\.redirect_to: .*"not-a-url"; an absolute http or https URL/,
    ],
    ['v0.3-hook login.after.password', 'redirect', { to: '' }, /config\.to: .*""/],
    [
      'v0.3-hook login.after.password',
      'redirect',
      { redirect_to: to },
      /config\.redirect_to: .*unknown key; to\n.*config\.to: .*it is missing; expected string$/,
    ],
    [
      'v0.1-job login.after.password',
      'redirect',
      { to, status: 301 },
      /config\.status: .*unknown key; redirect_to, allow_user_defined/,
    ],
    [
      'v0.1-job login.after.password',
      'redirect',
      { to, allow_user_defined: 'sometimes' },
      /config\.allow_user_defined: .*"sometimes"; expected boolean/,
    ],
    [
      'current login.after.password',
      'redirect',
      { to, allow_user_defined: true },
      /config\.allow_user_defined: .*`job:`/,
    ],
    [
      'v0.1-job login.after.password',
      'session',
      { lifespan: '1h' },
      /\[0\]\.config: hook "session": it is there; no config/,
    ],
    [
      'current login.after.password',
      'nested',
      { rules: [{ domain: 'a' }, { domain: 3 }] },
      /config\.rules\[1\]\.domain: .*3; expected string/,
    ],
    [
      'current login.after.password',
      'nested',
      { rules: [{ domain: 'a', of: 1 }] },
      /config\.rules\[0\]\.of: .*unknown key/,
    ],
    [
      'current login.after.password',
      'lenient',
      { sice: 3 },
      /config\.sice: .*unknown key; size, api_key; did you mean size\?/,
    ],
    ['current login.after.password', 'refusing', {}, /needs a moon/],
    ['current login.after.password', 'asking', {}, /parses at once/],
    ['current login.after.password', 'choosing', { phase: 'write' }, /cannot say where it runs.*run\.write/],
  ])('in %s of %s, as %j, is refused by its path', (where, hook, config, text) => {
    expect(said(bind([list(where, [hook, config])]).issues)).toMatch(text);
  });

  it('is never printed where its key says secret', () => {
    const text = said(bind([list('current login.after', ['lenient', { api_key: 12345 }])]).issues);
    expect(text).toContain('‹hidden›');
    expect(text).not.toContain('12345');
  });

  it.each([
    ['session', {}],
    ['session', null],
    ['any_keys', { whatever: 1 }],
    ['own_schema', { whatever: 1 }],
  ])('of %s may be %j', (hook, config) => {
    expect(said(bind([list('v0.1-job login.after.password', [hook, config])]).issues)).toBe('');
  });

  it('is parsed once and frozen', () => {
    const { bound } = bind([list('current login.after', ['nested', { rules: [{ domain: 'a' }] }])]);
    const [hook] = bound.for('login', 'after', 'password').prepare;
    expect(hook?.config).toEqual({ rules: [{ domain: 'a' }] });
    expect(Object.isFrozen(Reflect.get(Object(hook?.config), 'rules'))).toBe(true);
  });

  it('may decide the phase', () => {
    const { bound } = bind([
      list('current login.after', ['choosing', { phase: 'follow' }], ['choosing', { phase: 'prepare' }]),
    ]);
    expect(names(bound.hooksOf('login.after.code'))).toEqual(['prepare choosing', 'follow choosing']);
  });
});

describe('entries of one list', () => {
  it('may name a hook several times with another config each', () => {
    const other = [
      list('current login.after', ['any_keys', { a: 1 }], ['any_keys', { a: 2 }], {
        hook: 'any_keys',
        config: { a: 3 },
        id: 'third',
      }),
    ];
    const { issues, bound } = bind(other);
    expect(issues).toEqual([]);
    expect(names(bound.hooksOf('login.after.password'))).toEqual([
      'prepare any_keys',
      'prepare any_keys~2',
      'prepare third',
    ]);
  });

  it('have ids that can be names of states, each its own', () => {
    const lists = [
      list(
        'current login.after',
        { hook: 'early', id: 'a.b' },
        { hook: 'late', id: 'x' },
        { hook: 'any_keys', id: 'x' },
      ),
    ];
    expect(said(bind(lists).issues)).toMatch(/\[0\]\.id: "a\.b".*\n.*\[2\]\.id: "x"/);
  });

  it('are grouped by phase, each in written order, and the order that will run is told', () => {
    const { bound, notes, warnings } = bind([
      list('v0.3-hook registration.after.password', 'late', 'session', 'early', 'verify'),
    ]);
    const lane = bound.for('registration', 'after', 'password');
    expect([lane.prepare, lane.write, lane.follow].map(names)).toEqual([
      ['prepare early'],
      ['write session', 'write verify'],
      ['follow late'],
    ]);
    expect(said(notes)).toContain(
      'written late, session, early, verify; runs early (before persisting), session (while persisting)',
    );
    expect(warnings).toEqual([]);
  });

  it('run before anything is stored or after, as the dialect of the list has it', () => {
    const { bound } = bind([
      list('v0.1-job registration.after.password', 'either'),
      list('v0.3-hook registration.after.oidc', 'either'),
    ]);
    expect(names(bound.hooksOf('registration.after.password'))).toEqual(['follow either']);
    expect(names(bound.hooksOf('registration.after.oidc'))).toEqual(['prepare either']);
    expect(bound.for('registration', 'after', 'password')).toMatchObject({
      dialect: 'v0.1-job',
      order: 'persist_first',
    });
  });

  it('are cut after the first that always ends the list, loudly', () => {
    const { bound, issues, warnings } = bind([
      list('v0.1-job login.after.password', ['redirect', { to }], 'session', 'late'),
    ]);
    expect(issues).toEqual([]);
    expect(names(bound.hooksOf('login.after.password'))).toEqual(['follow redirect']);
    expect(bound.for('login', 'after', 'password').unreachable.map(({ name, reason }) => [name, reason])).toEqual([
      ['session', 'it stands after "redirect", which ends the list'],
      ['late', 'it stands after "redirect", which ends the list'],
    ]);
    expect(said(warnings)).toMatch(
      /password\[1\]: the hook "session" never runs.*\n.*password\[2\]: the hook "late" never runs/,
    );
  });

  it('never run where the one that ends the list runs in an earlier phase', () => {
    const { bound, warnings } = bind([
      list('v0.3-hook registration.after.password', 'session', 'early', ['redirect', { to }]),
    ]);
    expect(names(bound.hooksOf('registration.after.password'))).toEqual(['prepare early', 'prepare redirect']);
    expect(said(warnings)).toContain('the hook "session" never runs: "redirect" runs before it, in prepare');
  });
});

describe('a list of the flow', () => {
  it('is used by every method that has none of its own, and the warning names the one that has', () => {
    const { bound, warnings } = bind([
      list('current login.after', 'late'),
      list('current login.after.password', 'early'),
      list('current login.after.code'),
    ]);
    expect(names(bound.hooksOf('login.after.password'))).toEqual(['prepare early']);
    expect(names(bound.hooksOf('login.after.code'))).toEqual(['follow late']);
    expect(names(bound.hooksOf('login.after.oidc'))).toEqual(['follow late']);
    expect(said(warnings)).toBe(
      'sallyport.yaml:10:3 selfservice.login.after: late never run for password: it has a list of its own, selfservice.login.after.password; one of the two lists; repeat there what shall run for both',
    );
    expect(bound.for('login', 'after', 'password').unreachable.map(({ name, reason }) => `${name}: ${reason}`)).toEqual(
      ['late: password has a list of its own, selfservice.login.after.password'],
    );
    expect(bound.for('login', 'after', 'oidc').unreachable).toEqual([]);
  });

  it('gives a hook the phase it names for the method, or else for the flow', () => {
    const { bound } = bind([list('v0.3-hook settings.after', 'finer')]);
    expect(names(bound.hooksOf('settings.after.profile'))).toEqual(['prepare finer']);
    expect(names(bound.hooksOf('settings.after.password'))).toEqual(['follow finer']);
  });

  it('that nobody wrote runs nothing', () => {
    const { bound } = bind([]);
    expect(bound.hooksOf('login.after.password')).toEqual([]);
    expect(bound.for('login', 'before')).toMatchObject({
      list: 'login.before',
      dialect: 'current',
      from: undefined,
      prepare: [],
    });
  });

  it('of logout gives hooks of both ends keys of their own, because they share a box', () => {
    const { bound } = bind([list('current logout.before', 'guarding'), list('current logout.after', 'guarding')]);
    expect(names([...bound.hooksOf('logout.before'), ...bound.hooksOf('logout.after')])).toEqual([
      'prepare guarding',
      'prepare guarding~2',
    ]);
  });
});

describe('what this build cannot offer yet', () => {
  it('greys the lists of a method that is not offered, guards included', () => {
    const lists = [list('current login.after.totp', 'revoke_active_sessions', 'require_verified_address')];
    const { bound, issues } = bind(lists, { notOffered: ['totp'] });
    expect(issues).toEqual([]);
    expect(bound.hooksOf('login.after.totp')).toEqual([]);
    expect(bound.for('login', 'after', 'totp').unreachable.map(({ name }) => name)).toEqual([
      'revoke_active_sessions',
      'require_verified_address',
    ]);
  });
});

describe('what works and surprises', () => {
  const surprises = (
    lists: readonly HookList[],
    { mitigate = false, verification = false, command = 'serve', files = ['sallyport.yaml'] } = {},
  ): string => {
    const { bound } = bind(lists, { verification });
    // Only what is read here.
    const config = {
      enumerationMitigation: mitigate,
      courier: {},
      flows: { verification: { enabled: verification }, recovery: { enabled: false } },
    } as unknown as Config;
    return surprisesOf(config, bound, { command, files, placeOf: () => undefined })
      .map(formatIssue)
      .join('\n');
  };
  const signsIn = ['password', 'oidc'].map((method) => list(`v0.3-hook registration.after.${method}`, 'session'));

  it('says once that a session after registration reveals accounts, where somebody configured it', () => {
    expect(surprises(signsIn).match(/whether an address was free/g)).toHaveLength(1);
    expect(surprises(signsIn, { mitigate: true })).toContain('mitigate cannot hold for registration');
    expect(surprises([list('v0.3-hook registration.after.password', 'verify')])).not.toContain('address was free');
    expect(surprises(signsIn, { files: [] })).toBe('');
  });

  it('says at start what sends mails while no server takes them', () => {
    const sends = [list('v0.3-hook registration.after.password', 'verify')];
    expect(surprises(sends)).toContain('selfservice.registration.after.password[0] sends mails');
    expect(surprises(sends, { command: 'check' })).toBe('');
    expect(surprises([], { verification: true })).toContain('sends mails');
    expect(surprises([])).toBe('');
  });
});

describe('what a hook loads at start', () => {
  const url = 'https://hooks.example/in';
  const entry = (config: object): Written => [
    'web_hook',
    { url, method: 'POST', body: 'file://body.jsonnet', ...config },
  ];
  const load = (lists: readonly HookList[], texts: Readonly<Record<string, string>>): Promise<Binding> => {
    // Only what is read here.
    const config = {
      lists,
      ...METHODS_OF,
      dialect: 'current',
      notOffered: [],
      flows: { verification: { enabled: false } },
    } as unknown as Config;
    const readText = (uri: string): Promise<string> => {
      const text = texts[uri];
      return text === undefined ? Promise.reject(new Error(`The file ${uri} cannot be read.`)) : Promise.resolve(text);
    };
    return loadHooks(config, hooks, { readText });
  };

  it('is what it runs with, in every lane of the list', async () => {
    const { bound, issues } = await load([list('current login.after', entry({}))], {
      'file://body.jsonnet': 'function(ctx) 1',
    });
    expect(issues).toEqual([]);
    const [hook] = bound.for('login', 'after', 'password').prepare;
    expect(hook?.config).toMatchObject({ url, program: {} });
    expect(bound.for('login', 'after', 'code').prepare[0]?.config).toBe(hook?.config);
  });

  it('refuses the start where it cannot, with the place of the entry and what is wrong inside', async () => {
    const lists = [
      list('current login.after', entry({}), entry({ body: 'gone.jsonnet' }), entry({ body: 'file://odd.jsonnet' })),
    ];
    const texts = {
      'file://body.jsonnet': 'function(ctx) ctx',
      'file://odd.jsonnet': 'function(ctx)\n  std.native(1)',
    };
    const { issues } = await load(lists, texts);
    expect(said(issues).split('\n')).toEqual([
      expect.stringContaining(
        'sallyport.yaml:11:3 selfservice.login.after[1].config: hook "web_hook": The file file://gone.jsonnet cannot be read.',
      ),
      expect.stringContaining(
        'sallyport.yaml:12:3 selfservice.login.after[2].config: hook "web_hook": odd.jsonnet:2:7 std.native is not supported',
      ),
    ]);
  });

  it('is not asked for while something else is wrong', async () => {
    const { issues } = await load([list('current login.after', entry({ body: 'gone.jsonnet' }), 'nonsense')], {});
    expect(said(issues)).toMatch(/^[^\n]*there is no hook "nonsense"[^\n]*$/);
  });
});

describe('where a web hook runs', () => {
  const web = (config: object): readonly [string, unknown] => [
    'web_hook',
    { url: 'https://hooks.example/', method: 'POST', body: 'file://b.jsonnet', ...config },
  ];
  it.each([
    ['current login.before', {}, 'prepare'],
    ['current login.after', {}, 'prepare'],
    ['current recovery.after', {}, 'prepare'],
    ['current verification.after', {}, 'prepare'],
    ['current registration.after.password', {}, 'follow'],
    ['current settings.after.profile', {}, 'follow'],
    ['current registration.after', { can_interrupt: true }, 'prepare'],
    ['current settings.after', { response: { parse: true } }, 'prepare'],
    ['current login.after', { response: { parse: true } }, 'prepare'],
    ['current login.after', { response: { ignore: true } }, 'write'],
    ['current registration.after.password', { response: { ignore: true } }, 'write'],
    ['current registration.before', { response: { ignore: true } }, 'prepare'],
  ] as const)('%s with %j: %s', (where, config, phase) => {
    const { bound, issues } = bind([list(where, web(config))]);
    expect(said(issues)).toBe('');
    const [lane] = bound.lanes;
    const found = lane && [...lane.prepare, ...lane.write, ...lane.follow].map((each) => each.phase);
    expect(found).toEqual([phase]);
  });
});
