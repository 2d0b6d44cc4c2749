// Bare password checks, as a process of its own: nothing but the library Sallyport uses, as many at once as it would run.
import os from 'node:os';
import process from 'node:process';
import { loadArgon2 } from '../src/strategy/password/argon2.ts';
import { hashOnce, PASSWORD } from './people.ts';

const argon2 = await loadArgon2();
const hash = await hashOnce(PASSWORD);

process.on('message', (message) => {
  void run(Number(message)).then((done) => process.send?.({ done }));
});
process.send?.({ ready: true });
process.once('disconnect', () => process.exit(0));

/** How many were finished in so many seconds. */
async function run(seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  let done = 0;
  const one = async (): Promise<void> => {
    while (performance.now() < end) {
      if (!(await argon2.verify(hash, PASSWORD))) throw new Error('The password does not match its hash.');
      if (performance.now() <= end) done += 1;
    }
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, one));
  return done;
}
