import { setTimeout as delay } from 'node:timers/promises';
import type { Sallyport } from '../app/build-app.ts';
import type { Output } from './output.ts';

/**
 * Whoever sends SIGTERM is about to put another server in this one's place: balancers are given so many milliseconds to see
 * that it is not ready any more. Who types Ctrl-C waits for nothing.
 *
 * @param why the signal that ends the process
 */
export async function leaveRotation(
  app: Pick<Sallyport, 'drain'>,
  { why, within, output }: { readonly why: string; readonly within: number; readonly output: Output },
): Promise<void> {
  if (why !== 'SIGTERM' || within === 0) return;
  app.drain();
  output.note(`${why}: not ready any more; requests are taken for ${within / 1_000} s yet.`);
  await delay(within);
}
