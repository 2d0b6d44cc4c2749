import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, type Answer } from '../support/http-client.ts';
import { mailsOf } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { begin } from '../support/self-service.ts';

/*
 * Whether somebody has an account shows in nothing that a stranger sees (security EN-2) and in nothing that is done for
 * them: the same statements in the same order (EN-3). Addresses are of one length, so that bodies are too.
 */
const password = 'clouds over the harbour';
const KNOWN = 'known-person@sallyport.test';
const UNKNOWN = 'nobody-there@sallyport.test';
const PLAIN = 'no-passwords@sallyport.test';
/** People with hashes of other servers, of `sallyport-1`. */
const IMPORTED: Readonly<Record<string, string>> = {
  'md5-12345678@sallyport.test': '$md5$fuSM08IiPyNVwlW/HSRSVg==',
  'bcrypt-12345@sallyport.test': '$2a$10$uk21xXpCOolP.h0dgIKFDew8SyJd6hlmTcTF3cfRevrssDrHnTL0O',
  'pbkdf2-12345@sallyport.test':
    '$pbkdf2-sha256$i=1000,l=32$cGVwcGVyLWFuZC1zYWx0IQ$gdjioAJ+G0V4EGV/DviOAidKLfnD6W4ccCdkTGEN2Ic',
  'scrypt-12345@sallyport.test':
    '$scrypt$ln=1024,r=8,p=1$cGVwcGVyLWFuZC1zYWx0IQ==$WxTd5pfkpHdEQ1DpdMJck8FknYtcOEdoci7wY6Vf5ME=',
  'sha512-crypt@sallyport.test':
    '$sha512-crypt$abcdefgh$FGLCdtPLKHe.3kVAKRRHaEAzLOUmngYUWvsQ/62Hu9po5XiQhz8.xdDgP9EZbiU3QeZs4LnHbxn.VVX/VXQY00',
  'md5crypt-123@sallyport.test': '$md5-crypt$abcdefgh$/yGXmKcVAKoEyabnukt1J0',
};
const nowhere = { uri: 'smtp://127.0.0.1:1/' };
const MITIGATE = 'security: { account_enumeration: { mitigate: true } }\n';

type Steps = (ask: (json: object) => Promise<Answer>) => Promise<readonly Answer[]>;

interface Seen {
  readonly answers: readonly string[];
  readonly statements: readonly string[];
}

async function watching(config: string): Promise<{ readonly server: EmbeddedServer; readonly statements: string[] }> {
  const statements: string[] = [];
  const server = await startEmbedded({
    config,
    files: MAIL_FILES,
    watch: ({ what, statement }) => {
      if (what === 'statement') statements.push(statement?.text ?? '');
      else statements.push(what);
    },
  });
  return { server, statements };
}

async function see(
  { server, statements }: Awaited<ReturnType<typeof watching>>,
  kind: 'login' | 'recovery' | 'verification' | 'registration',
  address: string,
  steps: Steps,
): Promise<Seen> {
  const http = createHttpClient();
  const flow = await begin(http, server.publicUrl, kind, 'browser');
  statements.length = 0;
  const answers = await steps((json) => http.post(flow.action, { json: { csrf_token: flow.csrf, ...json } }));
  http.close();
  return { answers: answers.map((answer) => shapeOf(answer, flow.id, address)), statements: [...statements] };
}

/** Everything but ids, moments, tokens, seconds that are left, and what was typed. */
function shapeOf(answer: Answer, flow: string, address: string): string {
  const { date: _date, 'x-request-id': _id, 'set-cookie': _cookies, 'retry-after': wait, ...headers } = answer.headers;
  const cookies = answer.setCookies.map(({ name, attributes }) => `${name} ${[...attributes.keys()].join()}`);
  const body = answer.text
    .replaceAll(flow, 'flow')
    .replaceAll(address, 'address')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'uuid')
    .replaceAll(/(?<=in |"retry_after":|"available_at_unix":)\d+/g, 'seconds')
    .replaceAll(/"20\d\d-[^"]+Z"/g, 'moment')
    .replaceAll(/"[A-Za-z0-9+/]{86}=="/g, 'token');
  return JSON.stringify({ status: answer.status, waits: wait !== undefined, headers, cookies, body });
}

describe('with mitigation on', () => {
  let watched: Awaited<ReturnType<typeof watching>>;
  beforeAll(async () => {
    watched = await watching(mailConfig(nowhere, { passwordless: true, registrationHooks: '[]', more: MITIGATE }));
    await createPerson(watched.server.adminUrl, { email: KNOWN, password });
    const http = createHttpClient();
    for (const [email, hashed_password] of Object.entries(IMPORTED)) {
      const credentials = { password: { config: { hashed_password } } };
      const person = { schema_id: 'person', traits: { email }, credentials };
      const { status, text } = await http.post(`${watched.server.adminUrl}/admin/identities`, { json: person });
      if (status !== 201) throw new Error(`cannot import ${email}: ${status} ${text}`);
    }
    const json = { schema_id: 'person', traits: { email: PLAIN } };
    await http.post(`${watched.server.adminUrl}/admin/identities`, { json });
    http.close();
  });
  afterAll(() => watched.server.stop());

  const rows: readonly (readonly [
    string,
    'login' | 'recovery' | 'verification',
    readonly string[],
    (address: string) => Steps,
  ])[] = [
    [
      'a password',
      'login',
      [KNOWN, UNKNOWN, PLAIN, ...Object.keys(IMPORTED)],
      (identifier) => async (ask) => [await ask({ method: 'password', identifier, password: 'not the right one' })],
    ],
    [
      'a password of eighty bytes',
      'login',
      [KNOWN, UNKNOWN, PLAIN, ...Object.keys(IMPORTED)],
      (identifier) => async (ask) => [await ask({ method: 'password', identifier, password: 'x'.repeat(80) })],
    ],
    [
      'a sign-in code, and a wrong one given back',
      'login',
      [KNOWN, UNKNOWN, PLAIN],
      (identifier) => async (ask) => [
        await ask({ method: 'code', identifier }),
        await ask({ method: 'code', identifier, code: '000000' }),
      ],
    ],
    [
      'a recovery code, and a wrong one given back',
      'recovery',
      [KNOWN, UNKNOWN, PLAIN],
      (email) => async (ask) => [await ask({ method: 'code', email }), await ask({ method: 'code', code: '000000' })],
    ],
    [
      'a verification code, and a wrong one given back',
      'verification',
      [KNOWN, UNKNOWN, PLAIN],
      (email) => async (ask) => [await ask({ method: 'code', email }), await ask({ method: 'code', code: '000000' })],
    ],
  ];

  test.each(rows)(
    '%s is answered alike, with the same work',
    async (_name, kind, addresses, steps) => {
      watched.server.pass(25 * 3_600_000);
      const seen: Seen[] = [];
      for (const address of addresses) seen.push(await see(watched, kind, address, steps(address)));
      for (const other of seen.slice(1)) {
        expect(other.answers).toEqual(seen[0]?.answers);
        expect(other.statements).toEqual(seen[0]?.statements);
      }
    },
    120_000,
  );

  test('asking too often is answered alike, too', async () => {
    watched.server.pass(25 * 3_600_000);
    const steps =
      (email: string): Steps =>
      async (ask) => {
        const answers: Answer[] = [];
        for (let n = 0; n < 8; n += 1) answers.push(await ask({ method: 'code', email }));
        return answers;
      };
    const known = await see(watched, 'recovery', KNOWN, steps(KNOWN));
    const unknown = await see(watched, 'recovery', UNKNOWN, steps(UNKNOWN));
    expect(unknown.answers).toEqual(known.answers);
    expect(unknown.statements).toEqual(known.statements);
  });

  test('nobody gets a mail but the owner of an account', async () => {
    expect(await mailsOf(watched.server, UNKNOWN)).toEqual([]);
    expect((await mailsOf(watched.server, KNOWN)).length).toBeGreaterThan(0);
  });

  test('a registration with a taken address is answered like a new one; its owner gets the one mail', async () => {
    watched.server.pass(25 * 3_600_000);
    const before = (await mailsOf(watched.server, KNOWN)).length;
    const steps =
      (email: string): Steps =>
      async (ask) => [await ask({ method: 'password', traits: { email }, password })];
    const fresh = 'fresh-person@sallyport.test';
    const known = await see(watched, 'registration', KNOWN, steps(KNOWN));
    const unknown = await see(watched, 'registration', fresh, steps(fresh));
    expect(known.answers).toEqual(unknown.answers);
    const told = (await mailsOf(watched.server, KNOWN)).slice(before);
    expect(told.map(({ template }) => template)).toEqual(['account_exists']);
    expect(told[0]?.body).not.toMatch(/\d{6}/);
    const http = createHttpClient();
    const { json } = await http.get(
      `${watched.server.adminUrl}/admin/identities?credentials_identifier=${encodeURIComponent(KNOWN)}`,
    );
    expect(json).toHaveLength(1);
    http.close();
  });
});

describe('with the identifier first and mitigation on', () => {
  test('the second page is the same for everybody', async () => {
    const config = mailConfig(nowhere, { passwordless: true, login: 'style: identifier_first', more: MITIGATE });
    const watched = await watching(config);
    await createPerson(watched.server.adminUrl, { email: KNOWN, password });
    const steps =
      (identifier: string): Steps =>
      async (ask) => [await ask({ method: 'identifier_first', identifier })];
    const known = await see(watched, 'login', KNOWN, steps(KNOWN));
    const unknown = await see(watched, 'login', UNKNOWN, steps(UNKNOWN));
    expect(unknown).toEqual(known);
    await watched.server.stop();
  });
});
