import { describe, expect, test } from 'vitest';
import { type Answer, parseSetCookie } from '../support/http-client.ts';
import { createBindings } from './bindings.ts';
import { compare } from './compare.ts';
import { loadExchanges, loadScenarios, type RecordedResponse } from './transcript.ts';

const ORIGINS = {
  public: 'http://127.0.0.1:20001',
  admin: 'http://127.0.0.1:20002',
  ui: 'http://127.0.0.1:20003',
  hooks: 'http://127.0.0.1:20004',
  provider: 'http://127.0.0.1:20005',
  smtp: '127.0.0.1:20006',
};

describe('the comparison with a recording', () => {
  test.each(loadScenarios())('finds nothing in the recording itself: $name', ({ name }) => {
    const bindings = createBindings(ORIGINS);
    const found = loadExchanges(name)
      .filter(({ by }) => by === undefined)
      .flatMap(({ response }) => compare(response, played(response), bindings, new Set()));
    expect(found).toEqual([]);
  });

  const recorded: RecordedResponse = {
    status: 200,
    headers: { Location: '<ui>/a?flow=<uuid:1>', 'Set-Cookie': ['s=<cookie:1>; Path=/; Max-Age=10; HttpOnly'] },
    body: {
      ui: { nodes: [node('traits.mail', 'default'), node('password', 'password')] },
      state: 'choose_method',
      error: { reason: null },
      organization_id: null,
      asked: 'window.ask({"publicKey":{"rpId":"a","timeout":1}})',
    },
  };

  test.each([
    { name: 'another status', change: (answer: Answer) => ({ ...answer, status: 201 }), paths: ['status'] },
    {
      name: 'another place to go',
      change: (answer: Answer) => withHeader(answer, 'location', `${ORIGINS.ui}/b?flow=${played(recorded).text}`),
      paths: ['headers.Location'],
    },
    {
      name: 'a cookie that scripts can read',
      change: (answer: Answer) => ({ ...answer, setCookies: [parseSetCookie('s=1; Path=/; Max-Age=10')] }),
      paths: ['cookies.s.httponly'],
    },
    {
      name: 'a cookie that is not set',
      change: (answer: Answer) => ({ ...answer, setCookies: [] }),
      paths: ['cookies.s'],
    },
    {
      name: 'a member too many',
      change: (answer: Answer) => ({ ...answer, json: { ...Object(answer.json), more: 1 } }),
      paths: ['body.more'],
    },
    {
      name: 'a member that is missing',
      change: (answer: Answer) => ({ ...answer, json: without(answer.json, 'state') }),
      paths: ['body.state'],
    },
    {
      name: 'an empty reason',
      change: (answer: Answer) => ({ ...answer, json: { ...Object(answer.json), error: { reason: '' } } }),
      paths: ['body.error.reason'],
    },
    {
      name: 'text where nothing is meant',
      change: (answer: Answer) => ({ ...answer, json: { ...Object(answer.json), organization_id: 'x' } }),
      paths: ['body.organization_id'],
    },
    {
      name: 'nodes in another order',
      change: (answer: Answer) => ({
        ...answer,
        json: { ...Object(answer.json), ui: { nodes: [node('password', 'password'), node('traits.mail', 'default')] } },
      }),
      paths: ['body.ui.nodes'],
    },
    {
      name: 'another value in JSON within a text',
      change: (answer: Answer) => ({
        ...answer,
        json: { ...Object(answer.json), asked: 'window.ask({"publicKey":{"timeout":2,"rpId":"a"}})' },
      }),
      paths: ['body.asked.json.publicKey.timeout'],
    },
  ])('finds $name', ({ change, paths }) => {
    const found = compare(recorded, change(played(recorded)), createBindings(ORIGINS), new Set());
    expect(found.map(({ path }) => path)).toEqual(paths);
  });

  test('leaves out the groups of nodes that come later, and finds one that is there already', () => {
    const answer = played({
      ...recorded,
      body: { ...Object(recorded.body), ui: { nodes: [node('password', 'password')] } },
    });
    const later = new Set(['default']);
    expect(compare(recorded, answer, createBindings(ORIGINS), later)).toEqual([]);
    expect(compare(recorded, played(recorded), createBindings(ORIGINS), later)).toHaveLength(1);
  });

  test('holds a placeholder to what it stood for first', () => {
    const bindings = createBindings(ORIGINS);
    const response: RecordedResponse = { status: 200, headers: {}, body: { id: '<uuid:7>' } };
    const answer = (id: string) => ({ ...played(response), json: { id } });
    const [one, other] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
    expect(compare(response, answer(one), bindings, new Set())).toEqual([]);
    expect(compare(response, answer(one), bindings, new Set())).toEqual([]);
    expect(compare(response, answer(other), bindings, new Set())).toHaveLength(1);
  });
});

/** An answer exactly as recorded: placeholders get values of their kind, words that were left out get some. */
function played({ status, headers, body }: RecordedResponse): Answer {
  const lower = Object.entries(headers).map(([name, value]) => [
    name.toLowerCase(),
    [value].flat().map(valued).join(', '),
  ]);
  const json = body === undefined || body === '<html>' || body === '<text>' ? undefined : worded(body, '');
  const cookies = [headers['Set-Cookie'] ?? []].flat().map((line) => parseSetCookie(valued(line)));
  return {
    method: 'GET',
    url: ORIGINS.public,
    status,
    headers: { ...Object.fromEntries(lower), 'set-cookie': undefined },
    location: undefined,
    setCookies: cookies,
    text: body === undefined ? '' : (JSON.stringify(json) ?? 'text'),
    json,
  };
}

function worded(value: unknown, key: string): unknown {
  if (value === null && /^(text|reason|message|docs|hint|reject_reason|subject|body)$/.test(key)) return 'some words';
  if (typeof value === 'string') return key === 'csrf' ? value : valued(value);
  if (Array.isArray(value)) return value.map((one: unknown) => worded(one, ''));
  if (typeof value !== 'object' || value === null) return value;
  const csrf = 'name' in value && value.name === 'csrf_token' && 'value' in value && value.value !== '';
  const members = Object.entries(value).map(([name, one]) => [name, worded(one, name)]);
  return { ...Object.fromEntries(members), ...(csrf ? { value: `${'A'.repeat(86)}==` } : {}) };
}

function valued(text: string): string {
  return text.replace(/<([a-z][a-z0-9-]*)(?::(\d+))?>/g, (whole, kind: string, number: string | undefined) => {
    const origin = Object.entries(ORIGINS).find(([name]) => name === kind)?.[1];
    if (origin !== undefined) return origin;
    const n = Number(number ?? 0);
    const values: Readonly<Record<string, string>> = {
      uuid: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
      time: '2026-01-02T03:04:05Z',
      duration: '12',
      'unix-time': '1700000000',
      token: `token${n}`,
      cookie: `cookie${n}`,
      code: String(100000 + n),
      secret: `secret${n}`,
      choice: `choice${n}`,
      'page-token': `page${n}`,
      hash: '$hash',
      'totp-url': 'otpauth://totp/x',
      image: 'data:image/png;base64,AA',
      ip: '127.0.0.1:1',
      hex: 'ab'.repeat(32),
      challenge: `challenge${n}`,
      credential: `credential${n}`,
      'credential-hex': `ab${n}`,
      'credential-base64': `credential${n}==`,
      user: `user${n}`,
      'public-key': 'pQ==',
      integrity: 'sha512-ab==',
    };
    return values[kind] ?? whole;
  });
}

function node(name: string, group: string): Readonly<Record<string, unknown>> {
  return { type: 'input', group, attributes: { name, type: 'text', node_type: 'input' }, messages: [], meta: {} };
}

function withHeader(answer: Answer, name: string, value: string): Answer {
  return { ...answer, headers: { ...answer.headers, [name]: value } };
}

function without(value: unknown, key: string): unknown {
  return Object.fromEntries(Object.entries(Object(value)).filter(([name]) => name !== key));
}
