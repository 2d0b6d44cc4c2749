import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oneTimeCode } from '../../src/testing/authenticator/one-time-code.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import {
  addBackupCodes,
  addKey,
  addTotp,
  elsewhere,
  FACTORS_CONFIG,
  FACTORS_FILES,
  type Holder,
  levelOf,
  newHolder,
  open,
  send,
  withKey,
} from '../support/factors.ts';

const DAY = 86_400_000;
/** So many wrong ones, of whatever kind, in a day (security BF-2). */
const MOST = 30;

describe('guesses at second factors', () => {
  let server: EmbeddedServer;
  let ahead = 0;
  const pass = (milliseconds: number): void => {
    ahead += milliseconds;
    server.pass(milliseconds);
  };
  const now = (): number => Date.now() + ahead;
  const right = ({ secret }: Holder): object => ({ method: 'totp', totp_code: oneTimeCode(secret, now()) });
  const wrong = ({ secret }: Holder): string =>
    `${(Number(oneTimeCode(secret, now())) + 1) % 1_000_000}`.padStart(6, '0');
  beforeAll(async () => {
    server = await startEmbedded({ config: `${FACTORS_CONFIG}session: { lifespan: 720h }\n`, files: FACTORS_FILES });
  });
  afterAll(() => server.stop());

  async function withEverything(): Promise<Holder> {
    const holder = await newHolder(server);
    await addTotp(holder, now());
    await addBackupCodes(holder);
    await addKey(holder);
    pass(60_000);
    return holder;
  }

  /** Wrong ones of every kind in turn, each in a form of its own, as many as asked for. */
  async function guess(browser: Holder, count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      const flow = await open(browser, 'login', '?aal=aal2');
      const bodies = [
        { method: 'totp', totp_code: wrong(browser) },
        { method: 'lookup_secret', lookup_secret: 'zzzz9999' },
        withKey(browser, flow, { bend: 'broken-signature' }),
      ];
      const { status } = await send(browser, flow, bodies[n % bodies.length] ?? {});
      expect(status).toBe(400);
    }
  }

  test('are counted over all kinds together: after thirty the right one is refused, by every kind', async () => {
    const holder = await withEverything();
    const thief = await elsewhere(holder);
    await guess(thief, MOST);
    const flow = await open(thief, 'login', '?aal=aal2');
    const { backupCodes } = holder;
    for (const body of [
      right(thief),
      { method: 'lookup_secret', lookup_secret: backupCodes[0] },
      withKey(thief, flow),
    ]) {
      const answer = await send(thief, flow, body);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    }
    expect(await levelOf(thief, thief.http)).toBe('aal1');
    // Another session of the same thief is no better off.
    const again = await elsewhere(holder);
    expect((await send(again, await open(again, 'login', '?aal=aal2'), right(again))).status).not.toBe(200);
    // The owner's own browser, which has shown a second factor, pays for itself.
    pass(60_000);
    const own = await open(holder, 'login', '?refresh=true&aal=aal2');
    expect((await send(holder, own, right(holder))).status).toBe(200);
    // The day after, a stranger has tries again.
    pass(DAY + 60_000);
    const later = await elsewhere(holder);
    expect((await send(later, await open(later, 'login', '?aal=aal2'), right(later))).status).toBe(200);
  });

  test('are forgiven by a right one', async () => {
    const holder = await withEverything();
    for (let round = 0; round < 2; round += 1) {
      const browser = await elsewhere(holder);
      await guess(browser, MOST - 1);
      pass(60_000);
      const flow = await open(browser, 'login', '?aal=aal2');
      expect((await send(browser, flow, right(browser))).status).toBe(200);
    }
  });

  test('at once are counted before they are compared', async () => {
    const holder = await withEverything();
    const thief = await elsewhere(holder);
    const flows = await Promise.all(Array.from({ length: MOST * 2 }, () => open(thief, 'login', '?aal=aal2')));
    const answers = await Promise.all(
      flows.map((flow) => send(thief, flow, { method: 'totp', totp_code: wrong(thief) })),
    );
    expect(answers.filter(({ status }) => status === 200 || status >= 500)).toEqual([]);
    const flow = await open(thief, 'login', '?aal=aal2');
    expect((await send(thief, flow, right(thief))).status).not.toBe(200);
    expect(await levelOf(thief, thief.http)).toBe('aal1');
  });
});
