import { expect, test } from 'vitest';
import type { Lease } from './lease.ts';
import { createSweep } from './sweep.ts';
import type { ExpiringRows } from './tables/expired-rows.ts';

/** A table with so many due rows; each batch is written to `order`. */
function kind(table: string, due: number, order: string[] = []): ExpiringRows & { left(): number } {
  let left = due;
  return {
    table,
    left: () => left,
    oldest: async () => await Promise.resolve(left > 0 ? 0 : undefined),
    remove: async (_, batch) => {
      const removed = Math.min(batch, left);
      left -= removed;
      order.push(table);
      return await Promise.resolve({ removed, more: removed === batch });
    },
  };
}

const lease = (values: Partial<Lease> = {}): Lease => ({
  take: async () => await Promise.resolve(true),
  renew: async () => await Promise.resolve(true),
  release: async () => await Promise.resolve(),
  ...values,
});

const rest = async (): Promise<void> => await Promise.resolve();

interface Line {
  readonly level: 'info' | 'warn';
  readonly message: string;
  readonly facts: Readonly<Record<string, unknown>> | undefined;
}

function recorder(): {
  readonly lines: Line[];
  readonly log: { info(message: string, facts?: object): void; warn(message: string, facts?: object): void };
} {
  const lines: Line[] = [];
  const add =
    (level: Line['level']) =>
    (message: string, facts?: Line['facts']): void =>
      void lines.push({ level, message, facts });
  return { lines, log: { info: add('info'), warn: add('warn') } };
}

test('a small kind does not wait for the backlog of another', async () => {
  const order: string[] = [];
  const kinds = [kind('flows', 5, order), kind('sessions', 1, order), kind('limits', 2, order)];
  const sweep = createSweep({ kinds, lease: lease(), log: recorder().log });
  expect(await sweep({ now: 1, batch: 2 })).toBe(8);
  expect(order).toEqual(['flows', 'sessions', 'limits', 'flows', 'limits', 'flows']);
});

test('a kind that fails is reported and keeps no other from being removed', async () => {
  const broken = { ...kind('flows', 5), remove: () => Promise.reject(new Error('no such table')) };
  const other = kind('sessions', 5);
  const sweep = createSweep({ kinds: [broken, other], lease: lease(), log: recorder().log });
  await expect(sweep({ now: 1, batch: 2 })).rejects.toThrow('no such table');
  expect(other.left()).toBe(0);
});

test('a batch of which nothing can be removed ends its kind', async () => {
  const stuck = { ...kind('flows', 5), remove: () => Promise.resolve({ removed: 0, more: true }) };
  const sweep = createSweep({ kinds: [stuck], lease: lease(), log: recorder().log });
  expect(await sweep({ now: 1, batch: 2 })).toBe(0);
});

test('no lease is taken while nothing is due', async () => {
  const unused = lease({ take: () => Promise.reject(new Error('taken')) });
  const sweep = createSweep({ kinds: [kind('flows', 0)], lease: unused, log: recorder().log });
  expect(await sweep({ now: 1 })).toBe(0);
});

test('the lease is given back when a kind fails', async () => {
  let released = 0;
  const broken = { ...kind('flows', 1), remove: () => Promise.reject(new Error('lost')) };
  const counted = lease({ release: async () => await Promise.resolve(void (released += 1)) });
  await expect(createSweep({ kinds: [broken], lease: counted, log: recorder().log })({ now: 1 })).rejects.toThrow(
    'lost',
  );
  expect(released).toBe(1);
});

test('a pass ends when another process has taken the lease over', async () => {
  const flows = kind('flows', 100);
  let time = 0;
  const sweep = createSweep({
    kinds: [flows],
    lease: lease({ renew: async () => await Promise.resolve(false) }),
    log: recorder().log,
    elapsed: () => (time += 6_000),
    rest,
  });
  expect(await sweep({ now: 1, batch: 1 })).toBe(1);
  expect(flows.left()).toBe(99);
});

test('a long pass tells how far it is, and warns once when it takes too long', async () => {
  const { lines, log } = recorder();
  let time = 0;
  const sweep = createSweep({ kinds: [kind('flows', 12)], lease: lease(), log, elapsed: () => (time += 1_500), rest });
  await sweep({ now: 120_000, batch: 1 });
  expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    level: 'info',
    facts: { overdueSeconds: 120, removed: { flows: expect.any(Number) } },
  });
  expect(lines.at(-1)).toMatchObject({ level: 'info', facts: { removed: { flows: 12 } } });
});

test('a short pass writes nothing to the log', async () => {
  const { lines, log } = recorder();
  await createSweep({ kinds: [kind('flows', 12)], lease: lease(), log })({ now: 1, batch: 1 });
  expect(lines).toEqual([]);
});
