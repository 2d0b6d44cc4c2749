import { describe, expect, test } from 'vitest';
import { createHttpClient } from '../support/http-client.ts';
import { SERVER_ENGINES } from '../support/on-engines.ts';
import { begin, register } from '../support/self-service.ts';
import { addKey, answered, creationOf, device, KEYS_FILES, keysConfig, methodsOf } from './setting.ts';

const SIXTEEN = Array.from({ length: 16 });
const person = { email: 'ada@sallyport.test', password: 'clouds over the harbour' };

describe.each(SERVER_ENGINES)('on $name', (engine) => {
  test.each([
    ['that counts', 5],
    ['that does not count', undefined],
  ])('one answer of a key %s, sixteen times at once, is taken once', async (_about, counter) => {
    const server = await engine.start({ config: keysConfig(), files: KEYS_FILES });
    const http = createHttpClient();
    const url = server.publicUrl;
    await register(http, url, person, 'browser');
    const keys = device(counter === undefined ? {} : { counter });
    expect((await addKey({ http, url }, keys)).status).toBe(200);

    const flow = await begin(http, url, 'login', 'browser', '?refresh=true&aal=aal2');
    const json = answered(flow, keys);
    const answers = await Promise.all(SIXTEEN.map(() => http.post(flow.action, { json })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    const proofs = methodsOf((await http.get(`${url}/sessions/whoami`)).json);
    expect(proofs.filter((each) => each === 'webauthn/aal2')).toHaveLength(2); // that of the enrolment, and one

    // The same authenticator, in sixteen accounts at once, belongs to one of them.
    const id = Buffer.from('one key for all of them');
    const thieves = await Promise.all(
      SIXTEEN.map(async (_each, n) => {
        const other = createHttpClient();
        await register(other, url, { ...person, email: `eva${n}@sallyport.test` }, 'browser');
        const settings = await begin(other, url, 'settings', 'browser');
        const own = device().create(creationOf(settings.json), { id });
        return () =>
          other.post(settings.action, {
            json: {
              csrf_token: settings.csrf,
              webauthn_register: JSON.stringify(own),
              webauthn_register_displayname: 'k',
            },
          });
      }),
    );
    const claims = await Promise.all(thieves.map((claim) => claim()));
    expect(claims.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200,
      ...SIXTEEN.slice(1).map(() => 400),
    ]);
    http.close();
    await server.stop();
  });
});
