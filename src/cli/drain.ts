import { setTimeout as delay } from 'node:timers/promises';
import type { Sallyport } from '../app/build-app.ts';
import type { Output } from './output.ts';

/**
 * After SIGTERM, answers 503 to `/health/ready` for `within` milliseconds before the server closes, so that load balancers
 * stop sending requests. Ctrl-C (SIGINT) closes at once.
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
