import inject from 'light-my-request';
import Koa from 'koa';
import { describe, expect, test } from 'vitest';
import type { SessionWithIdentity } from '../../session/session.ts';
import { createPresentedSession, type Presented } from './presented-session.ts';
import type { SessionCookieContent } from './session-cookie.ts';

const NOW = 1_000;

/** Sessions by token: whose it is, when they proved themselves, when it ends. Who is not listed has no active session. */
const SESSIONS: Readonly<Record<string, readonly [person: string, provedAt: number, end: number]>> = {
  'ada-old': ['ada', 10, 5_000],
  'ada-new': ['ada', 20, 5_000],
  'ada-extended': ['ada', 30, 9_000],
  'ben-1': ['ben', 40, 5_000],
};

const sessionOf = (token: string): SessionWithIdentity | undefined => {
  const known = SESSIONS[token];
  if (known === undefined) return undefined;
  const [id, authenticatedAt, expiresAt] = known;
  // Only these members decide.
  return { session: { authenticatedAt, expiresAt }, identity: { id } } as unknown as SessionWithIdentity;
};

interface Done {
  readonly found: unknown;
  readonly issued: readonly string[];
  readonly looked: readonly string[];
  readonly cleared: boolean;
  readonly told: readonly unknown[];
}

async function present(
  headers: Record<string, string>,
  sent: readonly (string | SessionCookieContent)[] = [],
): Promise<Done> {
  const issued: string[] = [];
  const looked: string[] = [];
  const told: unknown[] = [];
  let cleared = false;
  let found: unknown;
  const presented = createPresentedSession({
    cookies: {
      read: () => sent.map((each) => (typeof each === 'string' ? { token: each, expiresAt: 5_000 } : each)),
      issue: (_ctx, token, { expiresAt }) => void issued.push(`${token} until ${expiresAt}`),
      clear: () => undefined,
      clearAll: () => void (cleared = true),
    },
    clock: { now: () => NOW },
    async find(token) {
      looked.push(token);
      return sessionOf(token);
    },
    conflict: (identities) => void told.push(identities),
  });
  const app = new Koa();
  app.use(async (ctx) => {
    found = await presented(ctx).catch((error: unknown) => error);
    ctx.body = '';
  });
  await inject(app.callback(), { url: '/', headers });
  return { found, issued, looked, cleared, told };
}

const named = (found: unknown): unknown => {
  const { token, by, session } = found as Presented;
  return `${token} by ${by}${session === undefined ? ', nobody' : ''}`;
};

describe('the session a request presents', () => {
  const all = { 'x-session-token': 'ben-1', authorization: 'bearer ada-old' };
  test.each<[Record<string, string>, string[], string | undefined]>([
    [all, ['ada-new'], 'ben-1 by header'],
    [{ ...all, 'x-session-token': '' }, ['ada-new'], 'ada-new by cookie'],
    [{ ...all, 'x-session-token': 'nonsense' }, ['ada-new'], 'nonsense by header, nobody'],
    [{ authorization: 'Bearer ada-old' }, ['revoked'], 'revoked by cookie, nobody'],
    [{ authorization: 'Bearer ada-old' }, [], 'ada-old by bearer'],
    [{ authorization: 'bEARER ada-old' }, [], 'ada-old by bearer'],
    [{ authorization: 'Bearer' }, [], undefined],
    [{ authorization: 'Bearer ' }, [], undefined],
    [{ authorization: '' }, [], undefined],
    [{ authorization: 'Bearer x y' }, [], undefined],
    [{ authorization: 'Bearer  x' }, [], undefined],
    [{ authorization: 'Basic x' }, [], undefined],
    [{ authorization: 'Bearer t\u00f6ken' }, [], undefined],
    [{}, [], undefined],
  ])('by %j and the cookies %j is %s', async (headers, cookies, expected) => {
    const { found } = await present(headers, cookies);
    expect(found === undefined ? undefined : named(found)).toBe(expected);
  });

  test('by two Authorization headers is none', async () => {
    const rawHeaders = ['Authorization', 'Bearer a', 'authorization', 'Bearer b'];
    const ctx = { get: () => '', req: { headers: { authorization: 'Bearer a' }, rawHeaders } };
    const presented = createPresentedSession({
      cookies: { read: () => [], issue: () => undefined, clear: () => undefined, clearAll: () => undefined },
      clock: { now: () => NOW },
      find: async (token) => sessionOf(token),
      conflict: () => undefined,
    });
    // Only these members are looked at; the library under the tests joins doubled headers.
    expect(await presented(ctx as unknown as Koa.Context)).toBeUndefined();
  });

  test('is not that of a cookie whose end has passed, unless the session was extended', async () => {
    const over = (token: string): SessionCookieContent => ({ token, expiresAt: NOW });
    expect(named((await present({ authorization: 'Bearer ada-old' }, [over('gone')])).found)).toBe('ada-old by bearer');
    expect(named((await present({}, [over('ada-extended')])).found)).toBe('ada-extended by cookie');
  });
});

describe('of several cookies', () => {
  test.each([
    [['revoked', 'ada-old'], 'ada-old'],
    [['ada-old', 'revoked'], 'ada-old'],
    [['ada-old', 'ada-new'], 'ada-new'],
    [['ada-new', 'ada-old'], 'ada-new'],
    [['ada-new', 'ada-new'], 'ada-new'],
  ])('%j counts %s, and it is set again', async (sent, expected) => {
    const { found, issued, cleared } = await present({}, sent);
    expect(named(found)).toBe(`${expected} by cookie`);
    expect(issued).toEqual([`${expected} until 5000`]);
    expect(cleared).toBe(false);
  });

  test.each([[['ada-new', 'ben-1']], [['ben-1', 'revoked', 'ada-old', 'ada-new']]])(
    '%j of different people none counts, and all end',
    async (sent) => {
      const { found, issued, cleared, told } = await present({}, sent);
      expect(found).toMatchObject({ code: 'session_conflict' });
      expect(told).toEqual([expect.arrayContaining(['ada', 'ben'])]);
      expect([issued, cleared]).toEqual([[], true]);
    },
  );

  test('none counts where there are more than anybody has, and not all of them are looked up', async () => {
    const sent = [...Array.from({ length: 20 }, (_, i) => `revoked-${i}`), 'ada-new'];
    const { found, looked, cleared } = await present({}, sent);
    expect(found).toMatchObject({ code: 'session_conflict' });
    expect(looked).toHaveLength(8);
    expect(cleared).toBe(true);
  });

  test('the same token is looked up once', async () => {
    expect((await present({}, ['ada-new', 'ada-new', 'ada-new'])).looked).toEqual(['ada-new']);
  });
});

test('a cookie that ends before its session is set again; one that does not is left alone', async () => {
  expect((await present({}, ['ada-extended'])).issued).toEqual(['ada-extended until 9000']);
  expect((await present({}, [{ token: 'ada-extended', expiresAt: 9_000 }])).issued).toEqual([]);
  expect((await present({ 'x-session-token': 'ada-extended' }, ['ada-extended'])).issued).toEqual([]);
});
