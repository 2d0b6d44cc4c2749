import { createHash } from 'node:crypto';

import { SallyportError } from '../../kernel/error.ts';
import { describeFailure } from '../../kernel/failure.ts';
import type { Breaches } from './policy.ts';

const TIME_LIMIT = 1_000;
const LONGEST_ANSWER = 1_048_576;
const LINE = /^([0-9A-F]{35}):(\d{1,10})$/;

/**
 * Asks the range API of breached passwords: only five hex digits of the SHA-1 leave the house (security PW-9). Whatever
 * is not a whole, plain answer within a second is an error, and the configuration says what an error means.
 */
export function createBreaches(host: string): Breaches {
  const base = host.includes('://') ? host : `https://${host}`;
  return async (password) => {
    const sha1 = createHash('sha1').update(password).digest('hex').toUpperCase();
    try {
      return countIn(await ask(`${base}/range/${sha1.slice(0, 5)}`), sha1.slice(5));
    } catch (cause) {
      const reason = `The list of breached passwords could not be reached: ${describeFailure(cause)}.`;
      throw new SallyportError('upstream_error', reason, { cause });
    }
  };
}

async function ask(url: string): Promise<string> {
  const response = await fetch(url, {
    headers: { 'Add-Padding': 'true', 'User-Agent': 'sallyport', Accept: 'text/plain' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIME_LIMIT),
  });
  if (response.status !== 200 || response.body === null) throw new Error(`It answered ${response.status}.`);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body) {
    length += part.length;
    if (length > LONGEST_ANSWER) throw new Error('It answered more than a mebibyte.');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('latin1');
}

/** Padding lines count zero. */
function countIn(answer: string, suffix: string): number {
  let count = 0;
  for (const line of answer.split(/\r?\n/)) {
    if (line === '') continue;
    const [, found, times] = LINE.exec(line) ?? [];
    if (found === undefined) throw new Error('It answered something else than hashes.');
    if (found === suffix) count = Number(times);
  }
  return count;
}
