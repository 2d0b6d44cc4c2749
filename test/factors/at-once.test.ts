import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oneTimeCode } from '../../src/testing/authenticator/one-time-code.ts';
import { BASIC_FILES } from '../support/basic-config.ts';
import { SERVER_ENGINES } from '../support/on-engines.ts';
import {
  createScene,
  FACTOR_CONFIG,
  type Scene,
  secretOf,
  setUpCodes,
  type Someone,
  STEP,
} from '../support/second-factors.ts';
import { messagesOf } from '../support/self-service.ts';
import type { TestServer } from '../support/server.ts';

/** More sign-ins of one person than a person makes. */
const LIMITS = 'limits: { factor_failures: { tries: 1000 } }\n';

describe.each(SERVER_ENGINES)('second factors at the same time, on $name', ({ start }) => {
  let server: TestServer;
  let scene: Scene;
  beforeAll(async () => {
    server = await start({ config: FACTOR_CONFIG + LIMITS, files: BASIC_FILES });
    scene = createScene(server);
  });
  afterAll(async () => {
    scene.close();
    await server.stop();
  });

  /** Sixteen sessions of one person, each with a form for the second factor. */
  const forms = async (of: Someone, count = 16) => {
    const opened = [];
    for (let i = 0; i < count; i += 1) {
      const who = await scene.signInAgain(of);
      opened.push({ who, flow: await who.open('login', '?aal=aal2') });
    }
    return opened;
  };
  const outcomes = async (of: Someone, json: (n: number) => Readonly<Record<string, unknown>>) => {
    const answers = await Promise.all((await forms(of)).map(({ who, flow }, n) => who.send(flow, json(n))));
    return {
      won: answers.filter(({ status }) => status === 200).length,
      lost: answers
        .filter(({ status }) => status !== 200)
        .map(({ status, json: body }) => [status, ...messagesOf(body)]),
    };
  };

  test('Of sixteen who give one backup code one is let in, and the others are told that it was used.', async () => {
    const ada = await scene.arrive('one-code');
    for (const code of (await setUpCodes(ada)).slice(0, 3)) {
      const { won, lost } = await outcomes(ada, () => ({ method: 'lookup_secret', lookup_secret: code }));
      expect([won, lost]).toEqual([1, Array.from({ length: 15 }, () => [400, 4000012])]);
    }
  });

  test('Two different codes at once are both right.', async () => {
    const bea = await scene.arrive('two-codes');
    const codes = await setUpCodes(bea);
    const sent = (await forms(bea, 2)).map(({ who, flow }, i) =>
      who.send(flow, { method: 'lookup_secret', lookup_secret: codes[i] }),
    );
    expect((await Promise.all(sent)).map(({ status }) => status)).toEqual([200, 200]);
  });

  test('Of sixteen who give the code of one time step one is let in.', async () => {
    const cyd = await scene.arrive('one-step');
    const form = await cyd.open('settings');
    const secret = secretOf(form.json);
    // Set up with the code of the step before: the one of now is left.
    const saved = await cyd.send(form, { method: 'totp', totp_code: oneTimeCode(secret, Date.now() - STEP) });
    let step = 0;
    const code = (): string => oneTimeCode(secret, (step ||= Date.now()));
    expect(saved.status).toBe(200);
    const { won, lost } = await outcomes(cyd, () => ({ method: 'totp', totp_code: code() }));
    expect([won, lost]).toEqual([1, Array.from({ length: 15 }, () => [400, 4000008])]);
  });
});
