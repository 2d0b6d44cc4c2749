import { alternate, using, type Line } from '../bench.ts';
import { rate, spread } from '../figures.ts';
import { fire } from '../load.ts';
import { createPlace, startSallyport } from '../stage.ts';

const CONNECTIONS = 16;
const HOOKS = 10;
/** Milliseconds, all of them together. */
const MOST = 0.5;

const NOTHING = `
import { defineHook, z } from 'sallyport/plugin';

export default defineHook({
  name: 'nothing',
  at: { 'login.before': 'prepare' },
  timeoutMs: 1_000,
  config: z.strictObject({ number: z.number() }),
  run: { prepare: () => ({ kind: 'continue' }) },
});
`;

/** Beginning a login with ten hooks that do nothing, against the same without: no password hash to hide behind. */
export const hooks: Line = {
  name: 'hooks',
  on: ['SQLite'],
  measure: (bench, database, place) =>
    using(async (later) => {
      const plain = await startSallyport(bench.cores, place);
      later(() => plain.stop());
      const other = await createPlace(database);
      later(() => other.drop());
      const listed = Array.from({ length: HOOKS }, (_, number) => `{ hook: nothing, config: { number: ${number} } }`);
      const hooked = await startSallyport(bench.cores, other, {
        login: `before: { hooks: [${listed.join(', ')}] }`,
        files: { 'plugins/nothing.ts': NOTHING },
      });
      later(() => hooked.stop());
      const begin = ({ publicUrl, pid }: typeof plain, seconds: number) =>
        fire({ url: `${publicUrl}/self-service/login/api`, pid, connections: CONNECTIONS }, seconds);
      const { pairs, comparison } = await alternate(
        bench,
        'hooks',
        (seconds) => begin(plain, seconds),
        (seconds) => begin(hooked, seconds),
      );
      const costs = pairs.map(([without, with10]) => 1_000 / rate(with10) - 1_000 / rate(without));
      const cpu = pairs.map(([without, with10]) => cpuMs(with10) - cpuMs(without));
      const figure = { kind: 'figure', database, unit: 'ms', atMost: MOST, wrong: comparison.wrong } as const;
      return [
        { ...figure, line: `${HOOKS} no-op hooks, a flow`, value: spread(costs) },
        { ...figure, line: `${HOOKS} no-op hooks, CPU of a flow`, value: spread(cpu) },
      ];
    }),
};

const cpuMs = ({ cpuSeconds, done }: { readonly cpuSeconds: number | undefined; readonly done: number }): number =>
  cpuSeconds === undefined ? Number.NaN : (1_000 * cpuSeconds) / done;
