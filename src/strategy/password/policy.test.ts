import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, test } from 'vitest';

import { createBreaches } from './breaches.ts';
import { createCommonList } from './common.ts';
import { type Breaches, createPolicy } from './policy.ts';
import { similar } from './similar.ts';

const breachCheck = { enabled: false, host: 'range.invalid', max: 0, ignoreNetworkErrors: true };
const settings = { enabled: true, minLength: 8, similarityCheck: true, contextWords: [], breachCheck };
const common = createCommonList();

function policy(
  more: { settings?: Partial<typeof settings>; algorithm?: 'argon2' | 'bcrypt'; breaches?: Breaches } = {},
) {
  return createPolicy({
    settings: { ...settings, ...more.settings },
    algorithm: more.algorithm ?? 'argon2',
    words: ['acme', 'harbour'],
    common,
    breaches: more.breaches ?? (() => Promise.reject(new Error('Nobody asks.'))),
  });
}

const verdict = async (checked: Promise<{ id: number; context?: unknown; at?: string } | undefined>) => {
  const message = await checked;
  return message && [message.id, message.context, message.at];
};

describe('length', () => {
  test.each([
    ['abcdefg', [4000032, { min_length: 8, actual_length: 7 }, 'password']],
    ['мореморе', undefined],
    ['моремор', [4000032, { min_length: 8, actual_length: 7 }, 'password']],
    ['日本語日本語日', [4000032, { min_length: 8, actual_length: 7 }, 'password']],
    ['😀😁', [4000032, { min_length: 8, actual_length: 2 }, 'password']],
    ['😀'.repeat(64), undefined],
    ['e\u0301'.repeat(7), [4000032, { min_length: 8, actual_length: 7 }, 'password']],
    ['x'.repeat(1_024), undefined],
    ['x'.repeat(1_025), [4000033, { max_length: 1_024, actual_length: 1_025 }, 'password']],
  ])('of %s', async (password, expected) => {
    expect(await verdict(policy().check(password, []))).toEqual(expected);
  });

  test('is 72 bytes at most with bcrypt', async () => {
    const { check } = policy({ algorithm: 'bcrypt' });
    expect(await verdict(check('ö'.repeat(37), []))).toEqual([
      4000033,
      { max_length: 72, actual_length: 74 },
      'password',
    ]);
    expect(await check('ö'.repeat(36), [])).toBeUndefined();
    // Composing can make a text longer.
    expect((await check('\u0958'.repeat(24), []))?.id).toBe(4000033);
  });

  test('is the only thing told when more is wrong', async () => {
    expect((await policy().check('ada', ['ada']))?.id).toBe(4000032);
  });
});

describe('likeness', () => {
  test.each([
    ['lumi11@shop.example', 'lumi11@shop.example', true],
    ['LUMI11@shop.example', 'lumi11@shop.example', true],
    ['lumi12@shop.exampl', 'lumi11@shop.example', true],
    ['xx-shop.example-yy', 'lumi11@shop.example', true],
    ['clouds over the harbour', 'lumi11@shop.example', false],
    ['x'.repeat(257), 'x'.repeat(257), false],
    ['anything at all', '', false],
  ])('of %s to %s: %s', (password, identifier, expected) => {
    expect(similar(password, identifier)).toBe(expected);
  });

  test('to any identifier is refused, unless the configuration does not mind', async () => {
    expect(await verdict(policy().check('lumi11@shop', ['somebody', 'lumi11@shop.example']))).toEqual([
      4000031,
      undefined,
      'password',
    ]);
    expect(
      await policy({ settings: { similarityCheck: false } }).check('lumi11@shop', ['lumi11@shop.example']),
    ).toBeUndefined();
  });
});

describe('words of the service', () => {
  test('are refused with a sentence of their own, and before the list of common passwords', async () => {
    const answer = await policy().check('acme-2026', []);
    expect([answer?.id, answer?.at, answer?.text]).toEqual([
      4000005,
      'password',
      expect.stringContaining('a word that belongs to it'),
    ]);
    expect(await policy().check('clouds over the harbour', [])).toBeUndefined();
  });
});

describe('common passwords', () => {
  test.each(['password123', 'Password123', 'qwertyuiop', 'iloveyou'])('%s is one', async (password) => {
    expect(await common(password)).toBe(true);
    expect((await policy().check(password, []))?.id).toBe(4000034);
  });

  test('are at least ten thousand', async () => {
    const { readFile } = await import('node:fs/promises');
    const lines = (await readFile(new URL('common.txt', import.meta.url), 'utf8')).trimEnd().split('\n');
    expect(new Set(lines).size).toBeGreaterThanOrEqual(10_000);
    expect(lines.filter((line) => [...line].length < 8)).toEqual([]);
    expect(lines.toSorted()).toEqual(lines);
  });

  test('a sentence is none', async () => {
    expect(await common('clouds over the harbour')).toBe(false);
  });
});

describe('breached passwords', () => {
  const enabled = (more: Partial<typeof breachCheck>, breaches: Breaches) =>
    policy({ settings: { breachCheck: { ...breachCheck, enabled: true, ...more } }, breaches });

  test('are refused above the number that is allowed', async () => {
    const { check } = enabled({ max: 3 }, () => Promise.resolve(4));
    expect(await verdict(check('clouds over the harbour', []))).toEqual([4000034, { breaches: 4 }, 'password']);
    expect(await enabled({ max: 4 }, () => Promise.resolve(4)).check('clouds over the harbour', [])).toBeUndefined();
  });

  test('an outage is no reason to refuse, unless the configuration says so', async () => {
    const broken: Breaches = () => Promise.reject(new Error('down'));
    expect(await enabled({}, broken).check('clouds over the harbour', [])).toBeUndefined();
    await expect(enabled({ ignoreNetworkErrors: false }, broken).check('clouds over the harbour', [])).rejects.toThrow(
      'down',
    );
  });
});

describe('the range API', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function answering(listener: Parameters<typeof createServer>[1]): Promise<Breaches> {
    const made = createServer(listener ?? (() => undefined));
    server = made;
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
    return createBreaches(`http://127.0.0.1:${(made.address() as AddressInfo).port}`);
  }

  // SHA-1 of `password`.
  const [prefix, suffix] = ['5BAA6', '1E4C9B93F3F0682250B6CF8331B7EE68FD8'];

  test('learns five hex digits and nothing else', async () => {
    const seen: unknown[] = [];
    const breaches = await answering((request, response) => {
      seen.push(request.url, request.headers['add-padding']);
      response.end(`${'0'.repeat(35)}:0\r\n${suffix}:52\r\n`);
    });
    expect(await breaches('password')).toBe(52);
    expect(await breaches('password').then(() => seen.slice(0, 2))).toEqual([`/range/${prefix}`, 'true']);
  });

  test('a password that is not listed counts zero', async () => {
    expect(await (await answering((_, response) => response.end(`${'0'.repeat(35)}:9\r\n`)))('password')).toBe(0);
  });

  test.each<[string, Parameters<typeof createServer>[1]]>([
    ['an error', (_, response) => response.writeHead(500).end()],
    ['a redirect', (_, response) => response.writeHead(302, { location: '/range/00000' }).end()],
    [
      'half an answer',
      (_, response) => response.writeHead(200, { 'content-length': 100 }).write('0', () => response.destroy()),
    ],
    ['half a line', (_, response) => response.end(suffix)],
    ['something else', (_, response) => response.end('<html>')],
    ['more than it should', (_, response) => response.end(`${'0'.repeat(35)}:1\n`.repeat(30_000))],
  ])('%s is an outage', async (_, listener) => {
    await expect((await answering(listener))('password')).rejects.toMatchObject({ code: 'upstream_error' });
  });

  test('silence is an outage', async () => {
    await expect((await answering(() => undefined))('password')).rejects.toMatchObject({ code: 'upstream_error' });
  });
});
