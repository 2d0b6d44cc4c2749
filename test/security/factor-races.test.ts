import { describe, expect, test } from 'vitest';
import { oneTimeCode } from '../../src/testing/authenticator/one-time-code.ts';
import { durable } from '../store/engines.ts';
import { startEmbedded } from '../support/embedded.ts';
import {
  addBackupCodes,
  addKey,
  addTotp,
  elsewhere,
  FACTORS_CONFIG,
  FACTORS_FILES,
  type Holder,
  newHolder,
  newPasskeyHolder,
  open,
  send,
  withKey,
  withPasskey,
} from '../support/factors.ts';
import { createHttpClient } from '../support/http-client.ts';

const AT_ONCE = Array.from({ length: 16 }, (_, n) => n);
const ROUNDS = 5;
const LIMITS = 'limits: { factor_failures: { tries: 1000 }, device_factor_failures: { tries: 1000 } }\n';

/** One success, whatever comes together (security CO-2, LK-2, TO-2, WA-1). */
describe.each(durable)('sixteen uses of one proof at once, on $name', ({ place }) => {
  test('a code, a backup code and a signature raise one session', { timeout: 120_000 }, async () => {
    const { dsn, remove } = await place();
    let ahead = 0;
    const server = await startEmbedded({ config: `${FACTORS_CONFIG}${LIMITS}`, files: FACTORS_FILES, dsn });
    const holder = await newHolder(server, { counter: 1 });
    await addTotp(holder, Date.now());
    await addBackupCodes(holder);
    await addKey(holder);
    // One after the other: a password is counted before it is compared, and so many at once are too many.
    const browsers: Holder[] = [];
    for (const _ of AT_ONCE) browsers.push(await elsewhere(holder));

    /** Each browser sends its own form at once; how many are through. */
    async function race(body: (browser: Holder) => object): Promise<number> {
      const flows = await Promise.all(browsers.map((browser) => open(browser, 'login', '?aal=aal2&refresh=true')));
      const answers = await Promise.all(
        browsers.map((browser, n) => {
          const flow = flows[n];
          return flow === undefined ? Promise.reject(new Error('no form')) : send(browser, flow, body(browser));
        }),
      );
      expect(answers.filter(({ status }) => status !== 200 && (status < 400 || status > 499))).toEqual([]);
      return answers.filter(({ status }) => status === 200).length;
    }

    const won: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      ahead += 60_000;
      server.pass(60_000);
      const totp_code = oneTimeCode(holder.secret, Date.now() + ahead);
      won.push(await race(() => ({ method: 'totp', totp_code })));
      won.push(await race(() => ({ method: 'lookup_secret', lookup_secret: holder.backupCodes[round] })));
    }
    // A signature is of one form: the same one comes sixteen times.
    for (let round = 0; round < ROUNDS; round += 1) {
      const browser = await elsewhere(holder);
      const flow = await open(browser, 'login', '?aal=aal2');
      const body = withKey(browser, flow);
      const answers = await Promise.all(AT_ONCE.map(() => send(browser, flow, body)));
      expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
      won.push(answers.filter(({ status }) => status === 200).length);
    }
    expect(won).toEqual(won.map(() => 1));
    await server.stop();
    await remove();
  });

  test('a passkey makes one session', { timeout: 120_000 }, async () => {
    const { dsn, remove } = await place();
    const server = await startEmbedded({ config: FACTORS_CONFIG, files: FACTORS_FILES, dsn });
    const holder = await newPasskeyHolder(server);
    const won: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const browser = { ...holder, http: createHttpClient() };
      const flow = await open(browser, 'login');
      const body = withPasskey(holder, flow);
      const answers = await Promise.all(AT_ONCE.map(() => send(browser, flow, body)));
      expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
      won.push(answers.filter(({ status }) => status === 200).length);
      browser.http.close();
    }
    expect(won).toEqual(won.map(() => 1));
    await server.stop();
    await remove();
  });
});
