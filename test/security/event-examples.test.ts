import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { EVENTS } from '../../src/event/catalogue.ts';
import { REASONS } from '../../src/event/reason.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { createHttpClient, read } from '../support/http-client.ts';
import { register, signIn } from '../support/self-service.ts';
import { startServer } from '../support/server.ts';

const example = (file: string): string =>
  readFileSync(new URL(`../../examples/security-events/${file}`, import.meta.url), 'utf8');

/** The expressions of a filter of fail2ban, which puts a pattern for addresses in the place of `<HOST>`. */
function expressionsOf(filter: string): readonly RegExp[] {
  const [, written = ''] = /^failregex = ((?:.*\n)(?:[ \t]+.*\n)*)/m.exec(filter) ?? [];
  return written
    .trim()
    .split('\n')
    .map((line) => new RegExp(line.trim().replace('<HOST>', '(?<host>[0-9a-f.:]+)')));
}

/** What fail2ban matches: the line without the time that it found. */
const withoutTime = (line: string): string => line.replace(/(?<="time":")[^"]+/, '');

const PERSON = { email: 'ada@sallyport.test', password: 'clouds over the harbour' };
let lines: readonly string[];
beforeAll(async () => {
  const server = await startServer({
    config: BASIC_CONFIG.replace('log: { level: warning }', 'log: { level: warning, format: json }'),
    files: BASIC_FILES,
  });
  const http = createHttpClient({ cookies: false });
  await register(http, server.publicUrl, PERSON);
  await signIn(http, server.publicUrl, PERSON);
  for (let n = 0; n < 12; n += 1)
    await signIn(http, server.publicUrl, { ...PERSON, password: `fog ${n} over the harbour` });
  http.close();
  await server.stop();
  lines = server
    .log()
    .split('\n')
    .filter((line) => line.startsWith('{'));
});

const nameOf = (line: string): string => String(read(JSON.parse(line), 'event'));

describe('the filter for fail2ban', () => {
  const filter = example('fail2ban/filter.d/sallyport.conf');
  const expressions = expressionsOf(filter);
  const hostIn = (line: string): string | undefined =>
    expressions.map((each) => each.exec(withoutTime(line))?.groups?.['host']).find((host) => host !== undefined);

  test('finds refused guesses and limits in the lines of a server, with the address, and nothing else', () => {
    expect(expressions).toHaveLength(3);
    const found = lines.filter((line) => hostIn(line) !== undefined);
    expect([...new Set(found.map(nameOf))]).toEqual(['login.failed', 'limit.reached']);
    expect(found.filter((line) => nameOf(line) === 'login.failed')).toHaveLength(10);
    expect(new Set(found.map(hostIn))).toEqual(new Set(['127.0.0.1']));
    expect(lines.map(nameOf)).toEqual(expect.arrayContaining(['registration.succeeded', 'login.succeeded']));
  });

  test('takes no address that a client writes into a request', () => {
    const [line = ''] = lines.filter((each) => nameOf(each) === 'login.failed');
    const forged = { ...JSON.parse(line), request: '","client":"203.0.113.9","reason":"credentials' };
    expect(hostIn(JSON.stringify(forged))).toBe('127.0.0.1');
  });

  test('finds the time that it looks for', () => {
    expect(filter).toContain('(?<="time":")%%ExY-%%Exm-%%ExdT%%ExH:%%ExM:%%ExS(?:\\.\\d+)?%%Exz');
    for (const line of lines) expect(line).toMatch(/(?<="time":")\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/);
  });

  test('names events and reasons that there are', () => {
    const events = [...filter.matchAll(/"event":"([^"]+)"/g)].map(([, name = '']) => name.replace('\\', ''));
    expect(events.filter((name) => !(name in EVENTS))).toEqual([]);
    const reasons = [...filter.matchAll(/"reason":"\(\?:([^)]+)\)"/g)].flatMap(([, words = '']) => words.split('|'));
    expect(reasons.filter((each) => !REASONS.some((reason) => reason === each))).toEqual([]);
  });
});

test('the pipeline for a SIEM reads members that events have', () => {
  const pipeline = parse(example('vector.yaml')) as unknown;
  const program = String(read(pipeline, 'transforms.events.source'));
  const members = [...program.matchAll(/[ (]\.([a-z_]+)/g)].map(([, name = '']) => name);
  expect(members.length).toBeGreaterThan(5);
  const told = new Set(lines.flatMap((line) => Object.keys(JSON.parse(line) as object)));
  expect(members.filter((name) => !told.has(name))).toEqual([]);
});
