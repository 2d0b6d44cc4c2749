import { describe, expect, test } from 'vitest';
import type { FlowKind } from '../flow/flow.ts';
import { input, type FlowJson, type Node, type WireMessage } from '../flow/json.ts';
import { NO_MORE_TRIES } from '../kernel/messages.ts';
import { createAssets } from './asset.ts';
import { renderErrorPage } from './error-page.ts';
import { renderFlowPage } from './flow-page.ts';
import { renderInboxMessagePage, renderInboxPage } from '../http/console/pages/inbox-page.ts';
import type { PageContext } from './page.ts';
import type { SessionJson } from './session-json.ts';
import { renderSessionsPage } from './sessions-page.ts';
import { renderWelcomePage } from './welcome-page.ts';
import { english } from './texts.ts';

const context: PageContext = {
  name: 'Sallyport',
  base: '',
  assets: { style: '/assets/style.css', script: '/assets/page.js' },
  links: {
    home: '/',
    login: '/self-service/login/browser',
    registration: '/self-service/registration/browser',
    recovery: '/self-service/recovery/browser',
    verification: '/self-service/verification/browser',
    settings: '/settings',
    sessions: '/sessions',
    logout: '/logout?token=t',
    inbox: 'http://127.0.0.1:4434/inbox',
  },
};

const says = (id: number, text: string, type: WireMessage['type'] = 'info'): WireMessage => ({ id, text, type });
const csrf = input('default', 'csrf_token', 'hidden', { value: 'the-token', required: true });

function flow(
  nodes: readonly Node[],
  more: Partial<FlowJson> & { readonly messages?: readonly WireMessage[]; readonly action?: string } = {},
): FlowJson {
  const { messages, action, ...rest } = more;
  return {
    id: '8f2b6c1e-0000-4000-8000-000000000001',
    type: 'browser',
    expires_at: '2026-01-01T01:00:00Z',
    issued_at: '2026-01-01T00:00:00Z',
    request_url: 'https://id.example/self-service/login/browser',
    state: 'choose_method',
    ui: {
      action: action ?? 'https://id.example/self-service/login?flow=1',
      method: 'POST',
      nodes,
      ...(messages && { messages }),
    },
    ...rest,
  };
}

const wrong = (node: Node, text: string): Node => ({ ...node, messages: [says(4000002, text, 'error')] });

const email = input('default', 'traits.email', 'email', {
  required: true,
  label: says(1070002, 'E-mail'),
  autocomplete: 'email',
});
const terms = input('default', 'traits.terms', 'checkbox', { required: true, label: says(1070002, 'Terms') });
const password = input('password', 'password', 'password', {
  required: true,
  label: says(1070001, 'Password'),
  autocomplete: 'new-password',
});
const signUp = input('password', 'method', 'submit', { value: 'password', label: says(1040001, 'Sign up') });
const registration = flow([
  csrf,
  wrong(email, 'Please give an address.'),
  wrong(terms, 'Please agree.'),
  password,
  signUp,
]);

/** Every start tag of a page, as name and attributes. */
function tags(page: string): readonly { readonly name: string; readonly at: Readonly<Record<string, string>> }[] {
  return [...page.matchAll(/<([a-z][a-z0-9]*)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*\/?>/g)].map(
    ([, name = '', rest = '']) => ({
      name,
      at: Object.fromEntries(
        [...rest.matchAll(/([\w:-]+)(?:="([^"]*)")?/g)].map(([, key = '', value = '']) => [key, value]),
      ),
    }),
  );
}
const named = (page: string, name: string): ReturnType<typeof tags> => tags(page).filter((tag) => tag.name === name);

const NASTY = `"><img src=x onerror=alert(1)>'<script>alert(1)</script>{{x}}`;
const nastyMessage: WireMessage = { id: 4000001, text: NASTY, type: 'error', context: { reason: NASTY } };
const nastyNodes: readonly Node[] = [
  input('default', 'csrf_token', 'hidden', { value: NASTY }),
  {
    ...input('default', NASTY, 'text', { value: NASTY, pattern: NASTY, autocomplete: NASTY, label: nastyMessage }),
    messages: [nastyMessage],
  },
  input('default', `${NASTY}2`, 'checkbox', { value: true, label: nastyMessage }),
  input('default', `${NASTY}3`, 'text', { value: [NASTY, NASTY] }),
  {
    type: 'a',
    group: 'link',
    attributes: { href: 'javascript:alert(1)', title: nastyMessage, id: NASTY, node_type: 'a' },
    messages: [],
    meta: {},
  },
  {
    type: 'img',
    group: 'totp',
    attributes: { src: 'javascript:alert(1)', id: NASTY, width: 1, height: 1, node_type: 'img' },
    messages: [],
    meta: { label: nastyMessage },
  },
  {
    type: 'script',
    group: 'webauthn',
    attributes: {
      src: 'javascript:alert(1)',
      async: true,
      referrerpolicy: 'no-referrer',
      crossorigin: 'anonymous',
      integrity: NASTY,
      type: 'text/javascript',
      id: NASTY,
      nonce: NASTY,
      node_type: 'script',
    },
    messages: [],
    meta: {},
  },
  {
    type: 'text',
    group: 'lookup_secret',
    attributes: { text: { ...nastyMessage, context: { secrets: [{ text: NASTY }] } }, id: NASTY, node_type: 'text' },
    messages: [nastyMessage],
    meta: { label: nastyMessage },
  },
  input('totp', 'totp_code', 'text', {}),
  input('totp', NASTY, 'submit', { value: NASTY, label: nastyMessage }),
];
const session: SessionJson = {
  id: NASTY,
  authenticated_at: NASTY,
  expires_at: NASTY,
  authenticator_assurance_level: NASTY,
  authentication_methods: [{ method: NASTY, provider: NASTY }],
  devices: [{ ip_address: NASTY, user_agent: NASTY, location: NASTY }],
  identity: { id: NASTY, traits: { email: NASTY }, verifiable_addresses: [{ value: NASTY, verified: false }] },
};
const mail = {
  id: NASTY,
  recipient: NASTY,
  subject: NASTY,
  body: `${NASTY} https://id.example/"onx="1`,
  template: NASTY,
  code: NASTY,
  status: NASTY,
  createdAt: NASTY,
  address: NASTY,
};
const nastyContext: PageContext = {
  ...context,
  name: NASTY,
  links: { ...context.links, login: 'javascript:alert(1)', home: NASTY },
};

const KINDS: readonly FlowKind[] = ['login', 'registration', 'settings', 'recovery', 'verification', 'logout'];
const pages: readonly (readonly [string, string])[] = [
  ...KINDS.map(
    (kind) =>
      [
        kind,
        renderFlowPage(kind, flow(nastyNodes, { messages: [nastyMessage], return_to: NASTY }), nastyContext),
      ] as const,
  ),
  [
    'an action that runs script',
    renderFlowPage('login', flow(nastyNodes, { action: 'javascript:alert(1)' }), nastyContext),
  ],
  [
    'error',
    renderErrorPage(
      {
        status: 500,
        message: NASTY,
        requestId: NASTY,
        details: [[NASTY, NASTY]],
        why: NASTY,
        again: 'javascript:alert(1)',
      },
      nastyContext,
    ),
  ],
  ['welcome', renderWelcomePage(session, nastyContext)],
  [
    'sessions',
    renderSessionsPage({ current: session, others: [session], action: '/x', csrfToken: NASTY }, nastyContext),
  ],
  ['inbox', renderInboxPage([mail], nastyContext)],
  ['a message', renderInboxMessagePage(mail, 'javascript:alert(1)', nastyContext)],
];

describe.each(pages)('the page %s', (_name, page) => {
  test('lets nothing out of its place, whatever the data says', () => {
    expect(page).not.toContain('<img src=x');
    expect(page).not.toContain('<script>');
    expect(
      tags(page)
        .flatMap(({ at }) => Object.keys(at))
        .filter((name) => name.startsWith('on')),
    ).toEqual([]);
    expect(
      tags(page)
        .flatMap(({ at }) => [at['href'], at['src'], at['action']])
        .filter((url) => url?.startsWith('javascript:')),
    ).toEqual([]);
  });

  test('has no inline script and no inline style', () => {
    expect(named(page, 'style')).toEqual([]);
    expect(named(page, 'script').map(({ at }) => at['src'])).toEqual(['/assets/page.js']);
    expect(tags(page).filter(({ at }) => 'style' in at)).toEqual([]);
  });

  test('has a language, a title, one main part and one first heading', () => {
    expect(named(page, 'html')[0]?.at['lang']).toBe('en');
    expect(page).toMatch(/<title>[^<]+<\/title>/);
    expect(named(page, 'main')).toHaveLength(1);
    expect(named(page, 'h1')).toHaveLength(1);
  });

  test('labels every field, and uses no id twice', () => {
    const labelled = new Set(named(page, 'label').map(({ at }) => at['for']));
    const fields = named(page, 'input').filter(({ at }) => at['type'] !== 'hidden');
    expect(fields.filter(({ at }) => !labelled.has(at['id']))).toEqual([]);
    const ids = tags(page).flatMap(({ at }) => at['id'] ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('a form', () => {
  const page = renderFlowPage('registration', registration, context);

  test('posts to the action of the flow, with its CSRF token, once for each form', () => {
    const settings = flow([
      csrf,
      { ...email, group: 'profile' },
      input('profile', 'method', 'submit', { value: 'profile' }),
      password,
      signUp,
    ]);
    for (const [drawn, count] of [
      [page, 1],
      [renderFlowPage('settings', settings, context), 2],
    ] as const) {
      const forms = drawn.match(/<form[\s\S]*?<\/form>/g) ?? [];
      expect(forms).toHaveLength(count);
      for (const form of forms) {
        expect(named(form, 'form')[0]?.at).toMatchObject({
          action: 'https://id.example/self-service/login?flow=1',
          method: 'post',
        });
        expect(named(form, 'input').filter(({ at }) => at['name'] === 'csrf_token')).toMatchObject([
          { at: { value: 'the-token' } },
        ]);
      }
    }
  });

  test('ties each error to its field, and begins at the first of them', () => {
    const fields = named(page, 'input').filter(({ at }) => at['type'] !== 'hidden');
    const invalid = fields.filter(({ at }) => at['aria-invalid'] === 'true');
    expect(invalid.map(({ at }) => at['name'])).toEqual(['traits.email', 'traits.terms']);
    const ids = new Set(named(page, 'p').map(({ at }) => at['id']));
    for (const { at } of invalid) expect(ids).toContain(at['aria-describedby']);
    expect(fields.filter(({ at }) => 'autofocus' in at).map(({ at }) => at['name'])).toEqual(['traits.email']);
    expect(page).toMatch(/<title>Error: /);
  });

  test('sends false for a box that is not ticked', () => {
    const boxes = named(page, 'input').filter(({ at }) => at['name'] === 'traits.terms');
    expect(boxes.map(({ at }) => [at['type'], at['value']])).toEqual([
      ['hidden', 'false'],
      ['checkbox', 'true'],
    ]);
  });

  test('tells browsers what is asked for', () => {
    const login = flow([
      csrf,
      input('default', 'identifier', 'text', { value: '', required: true }),
      input('code', 'code', 'text', { required: true }),
    ]);
    const at = named(renderFlowPage('login', login, context), 'input').map((tag) => tag.at);
    expect(at.find(({ name }) => name === 'identifier')).toMatchObject({
      autocomplete: 'username',
      autocapitalize: 'none',
    });
    expect(at.find(({ name }) => name === 'code')).toMatchObject({
      autocomplete: 'one-time-code',
      inputmode: 'numeric',
    });
    expect(named(page, 'input').find((tag) => tag.at['name'] === 'password')?.at).toMatchObject({
      autocomplete: 'new-password',
      type: 'password',
    });
  });

  test('sends the method once, though the flow names it in a hidden field and on the button', () => {
    const sent = flow([
      csrf,
      input('code', 'method', 'hidden', { value: 'code' }),
      input('code', 'code', 'text', { required: true }),
      input('code', 'method', 'submit', { value: 'code', label: says(1070009, 'Continue') }),
      input('code', 'resend', 'submit', { value: 'code', label: says(1070008, 'Again') }),
    ]);
    const drawn = renderFlowPage('login', sent, context);
    expect(tags(drawn).filter(({ at }) => at['name'] === 'method')).toHaveLength(1);
    const [primary, resend] = named(drawn, 'button');
    expect(primary?.at).not.toHaveProperty('formnovalidate');
    expect(resend?.at).toMatchObject({ name: 'resend', formnovalidate: '' });
  });

  test('a code may be longer than it is: blanks and dashes are pasted with it', () => {
    const sent = flow([csrf, input('code', 'code', 'text', { required: true, pattern: '[0-9]+', maxlength: 6 })]);
    const at = named(renderFlowPage('recovery', sent, context), 'input').find((tag) => tag.at['name'] === 'code')?.at;
    expect(at).toHaveProperty('required');
    expect(at).not.toHaveProperty('pattern');
    expect(at).not.toHaveProperty('maxlength');
  });
});

describe('a page that waits for a message', () => {
  const code = input('code', 'code', 'text', { required: true });
  const again = input('code', 'email', 'submit', { value: 'ada@sallyport.test', label: says(1070008, 'Again') });
  const draw = (kind: 'login' | 'recovery' | 'registration', nodes: Parameters<typeof flow>[0], more = {}): string =>
    renderFlowPage(kind, { ...flow(nodes, more), state: 'sent_email' }, context);

  test('says where it went, whatever the flow is', () => {
    const shown = (page: string): string | undefined => /class="who">[^<]*<strong>([^<]*)</.exec(page)?.[1];
    expect(shown(draw('recovery', [csrf, code, again]))).toBe('ada@sallyport.test');
    expect(shown(draw('login', [csrf, input('default', 'identifier', 'hidden', { value: 'ada' }), code]))).toBe('ada');
    const traits = ['Ada', 'ada@sallyport.test'].map((value, i) =>
      input('default', `traits.${i}`, 'hidden', { value }),
    );
    expect(shown(draw('registration', [csrf, ...traits, code]))).toBe('ada@sallyport.test');
    expect(shown(draw('recovery', [csrf, code]))).toBeUndefined();
  });

  test('says at a button for another message when to press it, and leads back to the address', () => {
    const page = draw('recovery', [csrf, code, again]);
    expect(page.indexOf(english.resendHint)).toBeGreaterThan(page.indexOf('>Again<'));
    expect(page).toContain(english.otherAddress);
    const link = draw('recovery', [
      csrf,
      input('link', 'email', 'email', { value: 'ada@sallyport.test', required: true }),
      input('link', 'method', 'submit', { value: 'link', label: says(1070009, 'Go') }),
    ]);
    expect(named(link, 'button')).toHaveLength(1);
    expect(link).toContain(`>${english.sendLinkAgain}<`);
    expect(link).not.toContain('>Go<');
  });

  test('offers nothing but a new beginning after the last try', () => {
    const over = { ...says(4000001, 'Too many.', 'error'), context: { reason: NO_MORE_TRIES } };
    const page = draw('login', [csrf, code, again], { messages: [over] });
    expect(named(page, 'form')).toEqual([]);
    const anew = (drawn: string) => named(drawn, 'a').find(({ at }) => at['class'] === 'button')?.at['href'];
    expect(anew(page)).toBe('/self-service/login/browser');
    const confirming = draw('login', [csrf, code, again], { messages: [over], refresh: true });
    expect(anew(confirming)).toBe('/self-service/login/browser?refresh=true');
  });
});

test('after a recovery the password comes first, and the time is one for people', () => {
  const text = 'Set a password before 2026-11-26T01:17:52.853Z.';
  const settings = flow(
    [
      csrf,
      input('profile', 'traits.email', 'email', { value: 'ada@sallyport.test' }),
      input('password', 'password', 'password'),
    ],
    { messages: [says(1060001, text, 'success')] },
  );
  const page = renderFlowPage('settings', settings, context);
  expect(page.indexOf('name="password"')).toBeLessThan(page.indexOf('name="traits.email"'));
  expect(named(page, 'input').find(({ at }) => 'autofocus' in at)?.at['name']).toBe('password');
  expect(page).toContain('before <time datetime="2026-11-26T01:17:52.853Z">26 Nov 2026, 01:17 UTC</time>.');
});

test('an error of the whole form is announced and gets the focus', () => {
  const drawn = renderFlowPage(
    'login',
    flow([csrf, password, signUp], { messages: [says(4000006, 'Wrong.', 'error')] }),
    context,
  );
  expect(tags(drawn).filter(({ at }) => at['role'] === 'alert' && 'autofocus' in at)).toHaveLength(1);
  expect(tags(drawn).filter(({ at }) => 'autofocus' in at)).toHaveLength(1);
});

test('a confirmed address leads on by a link, without a form', () => {
  const next = {
    href: 'https://shop.example/',
    title: says(1070009, 'Continue'),
    id: 'continue',
    node_type: 'a',
  } as const;
  const done = flow([csrf, { type: 'a', group: 'code', attributes: next, messages: [], meta: {} }], {
    state: 'passed_challenge',
  });
  const drawn = renderFlowPage('verification', { ...done, ui: { ...done.ui, method: 'GET' } }, context);
  expect(named(drawn, 'form')).toEqual([]);
  expect(named(drawn, 'a').map(({ at }) => at['href'])).toContain('https://shop.example/');
  expect(drawn).not.toContain('the-token');
});

test('the way to the other flows keeps where the person was going', () => {
  const drawn = renderFlowPage(
    'login',
    flow([csrf, password, signUp], { return_to: 'https://shop.example/a?b=c' }),
    context,
  );
  expect(drawn).toContain('/self-service/registration/browser?return_to=https%3A%2F%2Fshop.example%2Fa%3Fb%3Dc');
});

test('assets change their address with their content', () => {
  const [plain, themed] = [createAssets(), createAssets(':root { --accent: #123; }')];
  expect(plain.style.path).toMatch(/^\/assets\/style\.[0-9a-f]{12}\.css$/);
  expect(themed.style.path).not.toBe(plain.style.path);
  expect(themed.style.body.endsWith(':root { --accent: #123; }')).toBe(true);
  expect(themed.script).toEqual(plain.script);
});
