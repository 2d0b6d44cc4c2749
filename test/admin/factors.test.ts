import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oneTimeCode } from '../../src/testing/authenticator/one-time-code.ts';
import { personFiles } from '../support/schemas.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { type Answer, createHttpClient, type HttpClient, read, readText } from '../support/http-client.ts';
import {
  createScene,
  FACTOR_CONFIG,
  methodsOf,
  type Scene,
  setUpApp,
  STEP,
  stepUp,
} from '../support/second-factors.ts';
import { begin, signIn } from '../support/self-service.ts';

const password = 'clouds over the harbour';
const PASSKEYS =
  '  methods:\n    passkey: { enabled: true, config: { rp: { id: sallyport.test, display_name: Shop, origins: [https://sallyport.test] } } }\n';
const bytes = (text: string): string => Buffer.from(text).toString('base64');
const key = (id: string, more: object = {}): object => ({ id: bytes(id), public_key: bytes('cose'), ...more });

describe('second factors and passkeys, for administrators', () => {
  let server: EmbeddedServer;
  let scene: Scene;
  let admin: HttpClient;
  beforeAll(async () => {
    server = await startEmbedded({
      config: FACTOR_CONFIG.replace('  methods:\n', PASSKEYS),
      files: personFiles({
        credentials: {
          password: { identifier: true },
          webauthn: { identifier: true },
          passkey: { display_name: true },
        },
      }),
    });
    scene = createScene(server);
    admin = createHttpClient({ cookies: false });
  });
  afterAll(async () => {
    admin.close();
    scene.close();
    await server.stop();
  });

  const make = (email: string, credentials: object): Promise<Answer> =>
    admin.post(`${server.adminUrl}/admin/identities`, {
      json: { schema_id: 'person', traits: { email }, credentials },
    });
  const shown = (id: string, query = ''): Promise<Answer> =>
    admin.get(`${server.adminUrl}/admin/identities/${id}${query}`);
  const remove = async (id: string, type: string): Promise<number> =>
    (await admin.request('DELETE', `${server.adminUrl}/admin/identities/${id}/credentials/${type}`)).status;

  test('An authenticator app is shown only where it is asked for, in clear, and taken away; sessions go on.', async () => {
    const ada = await scene.arrive('ada');
    const secret = await setUpApp(scene, ada);
    const id = readText((await ada.whoami()).json, 'identity.id');
    const plain = await shown(id);
    expect(read(plain.json, 'credentials.totp.identifiers')).toEqual([id]);
    expect(plain.text).not.toContain(secret);
    const whole = await shown(id, '?include_credential=totp');
    expect(readText(whole.json, 'credentials.totp.config.totp_url')).toContain(`secret=${secret}`);
    expect((await shown(id, '?include_credential=feather')).status).toBe(400);

    expect([await remove(id, 'totp'), await remove(id, 'totp'), await remove(id, 'feather')]).toEqual([204, 404, 404]);
    expect(methodsOf((await ada.whoami()).json)).toEqual(['password aal1', 'totp aal2']);
    const again = await scene.signInAgain(ada);
    expect([again.answer.status, (await again.whoami()).status]).toEqual([200, 200]);
  });

  test('An imported app is asked for at the next sign-in, and stored sealed.', async () => {
    const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
    const uri = `otpauth://totp/Old:bea?secret=${secret}&issuer=Old`;
    const email = 'bea@sallyport.test';
    const made = await make(email, { password: { config: { password } }, totp: { config: { totp_url: uri } } });
    expect(made.status, made.text).toBe(201);
    const id = readText(made.json, 'id');
    const [stored] = (await server.store.identities.credentials(id as never)).filter(({ type }) => type === 'totp');
    expect(JSON.stringify(stored?.config)).not.toContain(secret);
    expect(read((await shown(id, '?include_credential=totp')).json, 'credentials.totp.config.totp_url')).toBe(uri);

    const http = createHttpClient();
    expect((await signIn(http, server.publicUrl, { email, password }, 'browser')).status).toBe(422);
    const flow = await begin(http, server.publicUrl, 'login', 'browser', '?aal=aal2');
    const json = { method: 'totp', totp_code: oneTimeCode(secret, scene.now()), csrf_token: flow.csrf };
    expect((await http.post(flow.action, { json })).status).toBe(200);
    http.close();
  });

  test.each([
    ['no URI', { totp: { config: { totp_url: 'JBSWY3DPEHPK3PXP' } } }],
    ['a counter', { totp: { config: { totp_url: 'otpauth://hotp/a?secret=JBSWY3DPEHPK3PXP' } } }],
    ['eight digits', { totp: { config: { totp_url: 'otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&digits=8' } } }],
    ['no secret', { totp: { config: { totp_url: 'otpauth://totp/a' } } }],
    ['another member', { totp: { config: { totp_url: 'otpauth://totp/a?secret=JBSWY3DPEHPK3PXP', more: 1 } } }],
    ['a passkey without a handle', { passkey: { config: { credentials: [] } } }],
    ['a type that nobody has', { feather: { config: {} } }],
  ])('%s is not imported, and no account made', async (_what, credentials) => {
    const email = 'nobody@sallyport.test';
    expect((await make(email, credentials)).status).toBe(400);
    const found = await admin.get(`${server.adminUrl}/admin/identities?credentials_identifier=${email}`);
    expect(found.json).toEqual([]);
  });

  test('Imported keys are shown as they came, merged by id, and of one account alone.', async () => {
    const credentials = {
      passkey: {
        config: { user_handle: bytes('handle of cyd'), credentials: [key('cyd 1', { display_name: 'blue' })] },
      },
      webauthn: {
        config: { credentials: [key('cyd 2', { is_passwordless: false }), key('cyd 3', { is_passwordless: true })] },
      },
    };
    const made = await make('cyd@sallyport.test', credentials);
    expect(made.status, made.text).toBe(201);
    const id = readText(made.json, 'id');
    const whole = (await shown(id, '?include_credential=passkey&include_credential=webauthn')).json;
    expect(read(whole, 'credentials.passkey.identifiers')).toEqual(['handle of cyd']);
    expect(read(whole, 'credentials.passkey.config')).toMatchObject(credentials.passkey.config);
    expect(read(whole, 'credentials.webauthn.identifiers')).toEqual(['cyd@sallyport.test']);
    const taken = await make('dan@sallyport.test', { webauthn: { config: { credentials: [key('cyd 1')] } } });
    expect(taken.status, taken.text).toBe(409);

    // Only the key that is a second factor goes; the passkey goes while another way in is left.
    expect(await remove(id, 'webauthn')).toBe(204);
    const left = (await shown(id, '?include_credential=webauthn')).json;
    expect(read(left, 'credentials.webauthn.config.credentials.0.id')).toBe(bytes('cyd 3'));
    expect(read(left, 'credentials.webauthn.config.credentials.1')).toBeUndefined();
    expect(await remove(id, 'passkey')).toBe(204);
    expect((await make('dan@sallyport.test', { webauthn: { config: { credentials: [key('cyd 1')] } } })).status).toBe(
      201,
    );
  });

  test('Backup codes are shown without the codes, and imported beside those that are there.', async () => {
    const email = 'hal@sallyport.test';
    const codes = [{ code: 'abcd1234' }, { code: 'efgh5678', used_at: '2026-01-02T03:04:05Z' }];
    const made = await make(email, { password: { config: { password } }, lookup_secret: { config: { codes } } });
    expect(made.status, made.text).toBe(201);
    const id = readText(made.json, 'id');
    const more = {
      traits: { email },
      credentials: { lookup_secret: { config: { codes: [{ code: 'ijkl9012' }, codes[0]] } } },
    };
    await admin.request('PUT', `${server.adminUrl}/admin/identities/${id}`, { json: more });
    const whole = await shown(id, '?include_credential=lookup_secret');
    expect(read(whole.json, 'credentials.lookup_secret.config.recovery_codes')).toEqual([
      { used_at: '2026-01-02T03:04:05.000Z' },
      { used_at: null },
      { used_at: null },
    ]);
    const hal = await scene.signInAgain({ person: { email, password } });
    const give = (lookup_secret: string, query = '') => stepUp(hal, { method: 'lookup_secret', lookup_secret }, query);
    expect([(await give('efgh5678')).status, (await give('abcd1234')).status]).toEqual([400, 200]);
    expect((await give('ijkl9012', '&refresh=true')).status).toBe(200);
    expect(await remove(id, 'lookup_secret')).toBe(204);
  });

  test('The only way in stays: a passkey alone, and a password beside none.', async () => {
    const made = await make('eve@sallyport.test', {
      passkey: { config: { user_handle: bytes('handle of eve'), credentials: [key('eve 1')] } },
    });
    const eve = readText(made.json, 'id');
    expect(await remove(eve, 'passkey')).toBe(400);
    const fay = readText((await make('fay@sallyport.test', { password: { config: { password } } })).json, 'id');
    expect(await remove(fay, 'password')).toBe(400);
    expect(await remove(fay, 'code')).toBe(404);
  });

  test('What was lost is taken away: the person signs in with the first factor and sets up another one.', async () => {
    const gil = await scene.arrive('gil');
    await setUpApp(scene, gil);
    const id = readText((await gil.whoami()).json, 'identity.id');
    const locked = await scene.signInAgain(gil);
    expect(read((await locked.whoami()).json, 'error.id')).toBe('session_aal2_required');
    await remove(id, 'totp');
    const secret = await setUpApp(scene, locked);
    scene.pass(STEP);
    const other = await scene.signInAgain(gil);
    const given = await stepUp(other, { method: 'totp', totp_code: oneTimeCode(secret, scene.now()) });
    expect(given.status).toBe(200);
  });
});
