import { describe, expect, test } from 'vitest';
import type { MessageId } from '../kernel/id.ts';
import { must } from '../kernel/error.ts';
import { parseMessageId } from '../kernel/id.ts';
import type { Random } from '../kernel/random.ts';
import { backoff } from './backoff.ts';
import type { Dispatch, OutboxMessage, OutboxQueue } from './message.ts';
import type { Send, Sent } from './delivery.ts';
import { createSend } from './send.ts';
import type { CourierOutcome } from './attempt.ts';
import { createCourier, type Courier } from './worker.ts';

const MINUTE = 60_000;
// The worker looks again only when it has reason to: a test that relied on the clock would hang.
const settings = { pullCount: 10, pullWait: 3_600_000, lease: MINUTE };
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Random numbers whose share of the range is always `share`. */
function randomAt(share: number): Random {
  let count = 0;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(Math.floor(share * (2 ** 32 - 1)));
  const uuid = (): string => `00000000-0000-4000-8000-${String((count += 1)).padStart(12, '0')}`;
  return {
    uuid,
    uuidAt: uuid,
    bytes: () => bytes,
    token: () => '',
    digits: () => '',
  };
}

interface Row {
  message: OutboxMessage;
  lockedBy: string | undefined;
  lockedUntil: number;
  dispatches: Dispatch[];
}

/** The queue's contract, in memory. */
class FakeQueue implements OutboxQueue {
  readonly rows = new Map<MessageId, Row>();
  failing = 0;
  failingSettles = 0;

  add(...messages: readonly OutboxMessage[]): void {
    for (const message of messages)
      this.rows.set(message.id, { message, lockedBy: undefined, lockedUntil: 0, dispatches: [] });
  }

  async take(worker: string, count: number, now: number, until: number): Promise<readonly OutboxMessage[]> {
    if (this.failing > 0) {
      this.failing -= 1;
      throw new Error('database away');
    }
    const due = [...this.rows.values()].filter(
      ({ message, lockedUntil }) => message.status === 'queued' && message.dueAt <= now && lockedUntil < now,
    );
    const won = due.slice(0, count);
    for (const row of won) Object.assign(row, { lockedBy: worker, lockedUntil: until });
    return won.map(({ message }) => message);
  }

  async settle(id: MessageId, worker: string, end: Parameters<OutboxQueue['settle']>[2]): Promise<boolean> {
    if (this.failingSettles > 0) {
      this.failingSettles -= 1;
      throw new Error('database away');
    }
    const row = this.rows.get(id);
    if (row === undefined || row.lockedBy !== worker) return false;
    row.lockedBy = undefined;
    row.lockedUntil = 0;
    row.dispatches.push(end.dispatch);
    row.message = {
      ...row.message,
      status: end.status,
      dueAt: end.dueAt ?? row.message.dueAt,
      sendCount: row.message.sendCount + 1,
    };
    return true;
  }

  count(status: OutboxMessage['status']): number {
    return [...this.rows.values()].filter(({ message }) => message.status === status).length;
  }
}

let drawn = 0;
function mail(recipient: string, more: Partial<OutboxMessage> = {}): OutboxMessage {
  drawn += 1;
  return {
    id: must(parseMessageId(`00000000-0000-4000-9000-${String(drawn).padStart(12, '0')}`), 'id'),
    type: 'email',
    channel: 'email',
    recipient,
    template: 'verification_code_valid',
    data: {},
    subject: '',
    body: '',
    usefulUntil: undefined,
    identityId: undefined,
    flowId: undefined,
    status: 'queued',
    sendCount: 0,
    dueAt: 0,
    createdAt: 0,
    updatedAt: 0,
    ...more,
  };
}

interface World {
  readonly queue: FakeQueue;
  readonly courier: Courier;
  readonly clock: { time: number; now(): number };
  readonly outcomes: CourierOutcome[];
}
function world(send: Send, queue = new FakeQueue(), share = 0.5): World {
  const clock = { time: 1_000, now: () => clock.time };
  const outcomes: CourierOutcome[] = [];
  const ended = (_message: OutboxMessage, outcome: CourierOutcome): number => outcomes.push(outcome);
  return {
    queue,
    clock,
    outcomes,
    courier: createCourier({ queue, send, clock, random: randomAt(share), log, settings: () => settings, ended }),
  };
}

const answers =
  (sent: Sent): Send =>
  () =>
    Promise.resolve(sent);
const untilAborted: Send = (_message, signal) =>
  new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve({ kind: 'away', reason: 'aborted' }), { once: true }),
  );

test('a pass sends everything that is due, once', async () => {
  const sent: string[] = [];
  const { queue, courier } = world(async ({ recipient }) => {
    sent.push(recipient);
    return { kind: 'sent' };
  });
  queue.add(
    ...Array.from({ length: 57 }, (_, i) => mail(`p${i}@mail.example`)),
    mail('later@mail.example', { dueAt: 10 * MINUTE }),
  );
  expect(await courier.pass()).toBe(57);
  expect(new Set(sent).size).toBe(57);
  expect(sent).not.toContain('later@mail.example');
  expect(await courier.pass()).toBe(0);
});

test('two workers on one queue send nothing twice', async () => {
  const sent: string[] = [];
  const send: Send = async ({ id }) => {
    sent.push(id);
    await Promise.resolve();
    return { kind: 'sent' };
  };
  const queue = new FakeQueue();
  queue.add(...Array.from({ length: 100 }, (_, i) => mail(`p${i}@d${i % 7}.example`)));
  await Promise.all([world(send, queue).courier.pass(), createCourierNamed('b', send, queue).pass()]);
  expect(sent).toHaveLength(100);
  expect(new Set(sent).size).toBe(100);
});

function createCourierNamed(name: string, send: Send, queue: OutboxQueue): Courier {
  const random = { ...randomAt(0.5), uuid: () => name };
  return createCourier({ queue, send, clock: { now: () => 1_000 }, random, log, settings: () => settings });
}

test('a recipient that swallows everything holds up nobody else', async () => {
  const sent: string[] = [];
  const { queue, courier } = world(async (message, signal) => {
    if (message.recipient.endsWith('@black.example')) return untilAborted(message, signal);
    await new Promise((resolve) => setImmediate(resolve));
    sent.push(message.recipient);
    return { kind: 'sent' };
  });
  queue.add(...Array.from({ length: 40 }, (_, i) => mail(`h${i}@black.example`)));
  queue.add(...Array.from({ length: 99 }, (_, i) => mail(`p${i}@mail.example`)));
  courier.start();
  while (sent.length < 99) await new Promise((resolve) => setImmediate(resolve));
  expect(queue.count('sent')).toBeGreaterThanOrEqual(98);
  await courier.stop(0);
  expect(queue.count('abandoned')).toBe(0);
});

test('a domain that stands still with more messages than the worker holds keeps no other message waiting', async () => {
  let sent = 0;
  const { queue, courier, clock } = world(async (message, signal) => {
    if (message.recipient.endsWith('@black.example')) return untilAborted(message, signal);
    sent += 1;
    return await Promise.resolve({ kind: 'sent' });
  });
  queue.add(...Array.from({ length: 1_600 }, (_, i) => mail(`h${i}@black.example`)), mail('ada@mail.example'));
  courier.start();
  const leased = (): number => [...queue.rows.values()].filter(({ lockedBy }) => lockedBy !== undefined).length;
  while (leased() < 500) await new Promise((resolve) => setImmediate(resolve));
  clock.time += 6_000;
  courier.nudge();
  while (sent === 0) await new Promise((resolve) => setImmediate(resolve));
  await courier.stop(0);
  expect(queue.count('sent')).toBe(1);
});

test('one domain never has more than five hands, all together never more than twenty', async () => {
  const now = new Map<string, number>();
  const most = new Map<string, number>();
  const change = (key: string, by: number): void => {
    now.set(key, (now.get(key) ?? 0) + by);
    most.set(key, Math.max(most.get(key) ?? 0, now.get(key) ?? 0));
  };
  const { queue, courier } = world(async ({ recipient }) => {
    const keys = ['all', recipient.slice(recipient.indexOf('@'))];
    for (const key of keys) change(key, 1);
    await new Promise((resolve) => setImmediate(resolve));
    for (const key of keys) change(key, -1);
    return { kind: 'sent' };
  });
  queue.add(...Array.from({ length: 300 }, (_, i) => mail(`p${i}@d${i % 2 === 0 ? 0 : i % 12}.example`)));
  expect(await courier.pass()).toBe(300);
  expect(most.get('all')).toBe(20);
  expect(Math.max(...[...most].filter(([key]) => key !== 'all').map(([, value]) => value))).toBe(5);
});

test('what a dead worker held is sent when its lease is over', async () => {
  const { queue, courier, clock } = world(answers({ kind: 'sent' }));
  queue.add(mail('a@mail.example'));
  await queue.take('dead', 10, clock.time, clock.time + MINUTE);
  expect(await courier.pass()).toBe(0);
  clock.time += MINUTE + 1;
  expect(await courier.pass()).toBe(1);
});

describe('failures', () => {
  test('an hour without a mail server abandons nothing, and what waits comes again within five minutes', async () => {
    let up = false;
    const { queue, courier, clock } = world(
      async () => (up ? { kind: 'sent' } : { kind: 'away', reason: 'ECONNREFUSED' }),
      new FakeQueue(),
      1,
    );
    queue.add(...Array.from({ length: 30 }, (_, i) => mail(`p${i}@mail.example`)));
    for (; clock.time < 60 * MINUTE; clock.time += 5_000) await courier.pass();
    expect(queue.count('queued')).toBe(30);
    up = true;
    const back = clock.time;
    for (; clock.time < back + 5 * MINUTE; clock.time += 5_000) await courier.pass();
    expect(queue.count('sent')).toBe(30);
  });

  test('a temporary refusal is tried again as long as the mail is of use, then cancelled with a reason', async () => {
    const { queue, courier, clock, outcomes } = world(answers({ kind: 'temporary', reason: 'SMTP 451' }));
    const late = mail('a@mail.example', { usefulUntil: 60 * MINUTE });
    queue.add(late);
    for (; clock.time < 90 * MINUTE; clock.time += 5_000) await courier.pass();
    const row = must(queue.rows.get(late.id), 'row');
    expect(row.message.status).toBe('abandoned');
    expect(outcomes.length).toBeGreaterThan(4);
    expect(outcomes.at(-1)).toBe('cancelled');
    expect(row.dispatches.at(-1)?.error).toContain('expired before it was sent');
  });

  test('stale mail is never handed to the server', async () => {
    let tries = 0;
    const { queue, courier } = world(async () => ((tries += 1), { kind: 'sent' }));
    queue.add(mail('a@mail.example', { usefulUntil: 1_000 }));
    await courier.pass();
    expect(tries).toBe(0);
    expect(queue.count('abandoned')).toBe(1);
  });

  test('a permanent refusal is given up after one try, with its reason', async () => {
    const { queue, courier, clock } = world(answers({ kind: 'permanent', reason: 'SMTP 550 at RCPT TO' }));
    const bad = mail('nobody@mail.example');
    queue.add(bad);
    for (; clock.time < 60 * MINUTE; clock.time += 5_000) await courier.pass();
    const row = must(queue.rows.get(bad.id), 'row');
    expect(row.message).toMatchObject({ status: 'abandoned', sendCount: 1 });
    expect(row.dispatches.map(({ status, error }) => [status, error])).toEqual([['failed', 'SMTP 550 at RCPT TO']]);
  });

  test('sending that throws is a temporary failure without details', async () => {
    const { queue, courier } = world(() => Promise.reject(new Error('secret 012345')));
    const one = mail('a@mail.example');
    queue.add(one);
    await courier.pass();
    expect(queue.rows.get(one.id)).toMatchObject({ message: { status: 'queued' } });
    expect(JSON.stringify(queue.rows.get(one.id)?.dispatches)).not.toContain('012345');
  });

  test('a database that hiccups after a mail went out does not make it go out again', async () => {
    let tries = 0;
    const { queue, courier } = world(async () => ((tries += 1), { kind: 'sent' }));
    queue.add(mail('a@mail.example'));
    queue.failingSettles = 2;
    await courier.pass();
    expect(tries).toBe(1);
    expect(queue.count('sent')).toBe(1);
  });

  test('a database that cannot be read is asked again', async () => {
    const { queue, courier } = world(answers({ kind: 'sent' }));
    queue.add(mail('a@mail.example'));
    queue.failing = 1;
    expect(await courier.pass()).toBe(0);
    expect(await courier.pass()).toBe(1);
  });
});

test('after a nudge the message goes at once, without waiting for the next look', async () => {
  const queue = new FakeQueue();
  const sent = Promise.withResolvers<void>();
  const send: Send = async () => {
    sent.resolve();
    return { kind: 'sent' };
  };
  const courier = createCourier({
    queue,
    send,
    clock: { now: () => 1_000 },
    random: randomAt(0.5),
    log,
    settings: () => settings,
  });
  courier.start();
  await courier.pass();
  queue.add(mail('a@mail.example'));
  courier.nudge();
  await sent.promise;
  await courier.stop();
  expect(queue.count('sent')).toBe(1);
});

test('an answer that arrived while the process stood still counts, though the time of the try is over', async () => {
  const queue = new FakeQueue();
  // A try may take five twelfths of a lease: here a moment, over before the answer is read.
  const answer: Send = (_message, signal) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve({ kind: 'away', reason: 'aborted' }), { once: true });
      setImmediate(() => {
        const still = performance.now() + 30;
        while (performance.now() < still);
        setImmediate(() => resolve({ kind: 'sent' }));
      });
    });
  const clock = { now: () => 1_000 };
  const courier = createCourier({
    queue,
    send: answer,
    clock,
    random: randomAt(0.5),
    log,
    settings: () => ({ ...settings, lease: 24 }),
  });
  queue.add(mail('a@mail.example'));
  await courier.pass();
  expect(queue.count('sent')).toBe(1);
});

test('a stop breaks off what hangs, and it stays queued', async () => {
  const { queue, courier } = world(untilAborted);
  queue.add(mail('a@mail.example'));
  courier.start();
  while ([...queue.rows.values()].every(({ lockedBy }) => lockedBy === undefined))
    await new Promise((resolve) => setImmediate(resolve));
  await courier.stop(0);
  expect(queue.count('queued')).toBe(1);
  courier.nudge();
  expect(await courier.pass()).toBe(0);
});

test.each([
  [1, 0, 5_000],
  [1, 1, 10_000],
  [4, 1, 80_000],
  [30, 0, 5_000],
  [30, 1, 15 * MINUTE],
])('try %i waits, at share %d of the jitter, %i ms', (tries, share, ms) =>
  expect(backoff(randomAt(share), tries, false)).toBe(ms),
);

describe('the way of a message', () => {
  const named =
    (name: string): Send =>
    () =>
      Promise.resolve({ kind: 'temporary', reason: name });
  const channels = {
    keep: false,
    smtp: named('smtp'),
    emailByHttp: undefined,
    others: [],
    post: () => named('post'),
    webHook: named('hook'),
  };
  const request = { url: 'https://x.example', method: 'POST', headers: {}, body: undefined, auth: undefined };
  const signal = new AbortController().signal;
  const sms = mail('+49151', { type: 'sms', channel: 'sms' });

  test.each([
    ['mail by SMTP', channels, mail('a@b.example'), { reason: 'smtp' }],
    ['mail by HTTP', { ...channels, emailByHttp: request }, mail('a@b.example'), { reason: 'post' }],
    [
      'mail by a channel of that name',
      { ...channels, others: [{ id: 'email', request }] },
      mail('a@b.example'),
      { reason: 'post' },
    ],
    ['kept mail, without a server', { ...channels, keep: true }, mail('a@b.example'), { kind: 'sent' }],
    ['mail without a server, which waits', { ...channels, smtp: undefined }, mail('a@b.example'), { kind: 'away' }],
    ['a text message by its channel', { ...channels, others: [{ id: 'sms', request }] }, sms, { reason: 'post' }],
    ['a text message without a channel', channels, sms, { kind: 'permanent' }],
    ['a kept text message, without a channel', { ...channels, keep: true }, sms, { kind: 'sent' }],
    [
      'a text message by its channel while mail is kept',
      { ...channels, keep: true, others: [{ id: 'sms', request }] },
      sms,
      { reason: 'post' },
    ],
    ['a web hook', channels, mail('https://x.example', { type: 'http', channel: 'http' }), { reason: 'hook' }],
    [
      'a web hook while mail is kept',
      { ...channels, keep: true },
      mail('https://x.example', { type: 'http' }),
      { reason: 'hook' },
    ],
  ])('%s', async (_what, given, message, expected) => {
    expect(await createSend(given)(message, signal)).toMatchObject(expected);
  });
});
