// node --import …/time.ts: the process lives SALLYPORT_TEST_AHEAD milliseconds later than others (earlier, if negative),
// and does every second what it else does every half minute.
import process from 'node:process';

const AHEAD = Number(process.env['SALLYPORT_TEST_AHEAD'] ?? 0);
const HALF_A_MINUTE = 30_000;

const RealDate = Date;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, given: readonly unknown[]) =>
    Reflect.construct(target, given.length === 0 ? [RealDate.now() + AHEAD] : given),
  get: (target, name, receiver) =>
    name === 'now' ? () => RealDate.now() + AHEAD : Reflect.get(target, name, receiver),
});

const realInterval = globalThis.setInterval;
globalThis.setInterval = new Proxy(realInterval, {
  apply: (target, self, [work, every, ...rest]: Parameters<typeof setInterval>) =>
    Reflect.apply(target, self, [work, every === HALF_A_MINUTE ? 1_000 : every, ...rest]),
});
