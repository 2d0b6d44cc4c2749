import { describe, expect, test } from 'vitest';
import { createLog } from './log.ts';
import type { LogOptions } from './log.ts';
import { HIDDEN, redact, redactText } from './redact.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 6);

function make(more: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const log = createLog({
    level: 'trace',
    format: 'json',
    clock: { now: () => NOW },
    write: (line) => lines.push(line),
    ...more,
  });
  return { log, lines, first: (): unknown => JSON.parse(lines[0] ?? 'null') };
}

test('a line is one JSON object with level, time and message', () => {
  const { log, lines, first } = make();
  log.warn('it happened', { flow_id: 'f', count: 2 });
  expect(lines).toHaveLength(1);
  expect(lines[0]?.endsWith('}\n')).toBe(true);
  expect(first()).toEqual({
    level: 'warn',
    time: '2026-01-02T03:04:05.006Z',
    msg: 'it happened',
    flow_id: 'f',
    count: 2,
  });
});

test('what is below the level is not written', () => {
  const { log, lines } = make({ level: 'warn' });
  log.info('no');
  log.warn('yes');
  log.fatal('yes');
  expect(lines).toHaveLength(2);
  const silent = make({ level: 'silent' });
  silent.log.fatal('no');
  expect(silent.lines).toEqual([]);
});

test('facts of a log that was made with them stand on every line, and so does the request', () => {
  const { log, first } = make({ requestId: () => 'r1' });
  log.with({ part: 'courier' }).with({ worker: 2 }).info('sent', { worker: 3 });
  expect(first()).toMatchObject({ request_id: 'r1', part: 'courier', worker: 3 });
});

test('no value can begin a line of its own', () => {
  for (const format of ['json', 'text'] as const) {
    const { log, lines } = make({ format });
    log.info('identifier\n{"level":"fatal"}', { identifier: 'a\r\n{"level":"fatal"}\u001b[2J\u2028\u202e' });
    expect(lines).toHaveLength(1);
    // The line's own end is the only control; what turns text around matters to a terminal alone.
    const controls = format === 'json' ? /\p{Cc}/u : /[\p{Cc}\u2028\u202e]/u;
    expect(lines[0]?.trimEnd()).not.toMatch(controls);
  }
});

test('for a terminal a line reads like a sentence, and an error brings its stack', () => {
  const { log, lines } = make({ format: 'text' });
  log.info('listening', { port: 4433, url: 'http://127.0.0.1:4433/', note: 'two words' });
  expect(lines[0]).toBe('03:04:05.006 INFO  listening port=4433 url=http://127.0.0.1:4433/ note="two words"\n');
  log.error('failed', { error: new TypeError('broken') });
  expect(lines[1]).toMatch(/^03:04:05.006 ERROR failed error=TypeError\nTypeError: broken\n {4}at /);
  const cause = Object.assign(new Error('connect to\u001b[2J it'), { code: 'ECONNREFUSED' });
  log.error('failed', { error: new Error('away', { cause: new Error('not there', { cause }) }) });
  expect(lines[2]).toContain(
    '\n  caused by Error: not there\n  caused by Error ECONNREFUSED: connect to\\u001b[2J it\n',
  );
});

describe('never written', () => {
  const secrets = {
    password: 'canary', new_password: 'canary', token: 'canary', session_token: 'canary', accessToken: 'canary', cookie: 'canary',
    'set-cookie': ['canary'], csrf_token: 'canary', authorization: 'canary', client_secret: 'canary', secrets: { cookie: ['canary'] },
    code: '123456', recovery_code: 'canary', dsn: 'canary', connection_uri: 'canary', password_hash: 'canary', request_body: 'canary',
    query: 'token=canary', totp: 'canary', api_key: 'canary', nested: { deep: [{ credentials: { hash: 'canary' } }] },
  }; // prettier-ignore

  test.each(Object.entries(secrets))('the value of %s', (name, value) => {
    for (const format of ['json', 'text'] as const) {
      const { log, lines } = make({ format });
      log.error('x', { [name]: value });
      expect(lines.join()).not.toMatch(/canary|123456/);
      expect(lines.join()).toContain(HIDDEN);
    }
  });

  test.each([
    'session ory_st_canarycanarycanarycanarycanary12 is gone',
    'logout?token=canary&x=1',
    'GET /self-service/recovery?flow=1&code=canary',
    'mysql://user:canary@db.example/sallyport',
    'smtps://canary@mail.example:465/',
    '$argon2id$v=19$m=19456,t=2,p=1$canary$canary',
    'hash $2b$12$canarycanary does not verify',
    'Authorization: Bearer canarycanary',
    `Cookie: csrf_token_${'a'.repeat(64)}=canary; theme=dark`,
    'ory_kratos_session=canary',
  ])('a secret inside a text: %s', (text) => {
    const { log, lines } = make();
    log.error(text, { reason: text, error: new Error(text, { cause: new Error(text) }) });
    expect(lines.join()).not.toContain('canary');
  });

  test('more than 8 KiB of one value, the bytes of a buffer, or a circle', () => {
    const circle: Record<string, unknown> = { name: 'x' };
    circle['self'] = circle;
    const facts = redact({
      long: 'x'.repeat(10_000),
      bytes: Buffer.from('canary'),
      circle,
      many: Array.from({ length: 500 }, () => 1),
    });
    expect(facts['long']).toHaveLength(8_193);
    expect(JSON.stringify(facts)).not.toContain('canary');
    expect(facts['many']).toHaveLength(100);
  });
});

test('what only looks like a secret stays', () => {
  const facts = {
    code: 'hook_failed',
    status_code: 500,
    count: 3n,
    at: new Date(NOW),
    none: null,
    url: 'https://app.example.org/a@b',
  };
  expect(redact(facts)).toEqual({ ...facts, count: '3', at: '2026-01-02T03:04:05.006Z' });
  expect(redactText('mail to ada@example.org about mode=code')).toBe('mail to ada@example.org about mode=code');
});

test("an error keeps its name, code and causes, and a driver's number is no one-time code", () => {
  const error = Object.assign(new Error('outer', { cause: new TypeError('inner') }), { code: 'ECONNREFUSED' });
  expect(redact({ error })).toMatchObject({
    error: { name: 'Error', message: 'outer', code: 'ECONNREFUSED', cause: { name: 'TypeError', message: 'inner' } },
  });
});
