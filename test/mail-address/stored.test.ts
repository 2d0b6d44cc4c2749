import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { must } from '../../src/kernel/error.ts';
import { parseIdentityId } from '../../src/kernel/id.ts';
import { createPerson } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { type Answer, createHttpClient, type HttpClient, read, readText } from '../support/http-client.ts';
import { isVerified, mailsOf, newestCode } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { begin, messagesOf, signIn } from '../support/self-service.ts';

const password = 'clouds over the harbour';
const later = 'boats below the bridge';
const NOT_AN_ADDRESS = 4000040;

describe('accounts that earlier versions stored', () => {
  let server: EmbeddedServer;
  let http: HttpClient;
  beforeAll(async () => {
    const config = mailConfig(
      { uri: 'smtp://127.0.0.1:1/' },
      {
        passwordless: true,
        login: 'after: { password: { hooks: [{ hook: verification }] } }',
        more: 'security: { account_enumeration: { mitigate: true } }\n',
      },
    );
    server = await startEmbedded({ config, files: MAIL_FILES });
    http = createHttpClient({ cookies: false });
  });
  afterAll(async () => {
    http.close();
    await server.stop();
  });

  /** An account as an earlier version stored it: the address as it was typed, and as it is compared. */
  async function stored(typed: string, canonical: string): Promise<string> {
    const email = `stored${(count += 1)}@sallyport.test`;
    const id = await createPerson(server.adminUrl, { email, password });
    await server.store.transaction(async ({ identities }) => {
      const identity = must(await identities.find(must(parseIdentityId(id), 'an id')), 'the person');
      const credentials = await identities.credentials(identity.id);
      await identities.update(
        {
          ...identity,
          traits: { ...identity.traits, email: typed },
          verifiableAddresses: identity.verifiableAddresses.map((each) => ({ ...each, value: canonical })),
          recoveryAddresses: identity.recoveryAddresses.map((each) => ({ ...each, value: canonical })),
        },
        {
          credentials: credentials.map((each) => ({
            ...each,
            identifiers: each.identifiers.map(() => canonical as (typeof each.identifiers)[number]),
            config: each.type === 'code' ? { addresses: [{ channel: 'email', address: canonical }] } : each.config,
          })),
        },
      );
    });
    return id;
  }
  let count = 0;

  const ask = async (kind: 'recovery' | 'verification', email: string): Promise<Answer> => {
    const { action } = await begin(http, server.publicUrl, kind, 'api');
    return http.post(action, { json: { method: 'code', email } });
  };
  const askForCode = async (identifier: string): Promise<Answer> => {
    const { action } = await begin(http, server.publicUrl, 'login', 'api');
    return http.post(action, { json: { method: 'code', identifier } });
  };
  const inSettings = async (email: string, json: object): Promise<Answer> => {
    const signed = await signIn(http, server.publicUrl, { email, password });
    const headers = { 'x-session-token': readText(signed.json, 'session_token') };
    const flow = await http.get(`${server.publicUrl}/self-service/settings/api`, { headers });
    return http.post(readText(flow.json, 'ui.action'), { json, headers });
  };

  describe('with an address of 308 octets', () => {
    const email = `${'n'.repeat(60)}@${`${'d'.repeat(60)}.`.repeat(4)}tst`;
    let id: string;
    beforeAll(async () => {
      id = await stored(email, email);
    });

    test('sign in with a password, also where a hook would send a verification', async () => {
      const answer = await signIn(http, server.publicUrl, { email, password });
      expect(answer.status, answer.text).toBe(200);
      expect(read(answer.json, 'session.identity.id')).toBe(id);
      expect(await mailsOf(server, email)).toEqual([]);
    });

    test('are told at the form that no code can go there, as an address nobody has', async () => {
      const known = await askForCode(email);
      const unknown = await askForCode(`x${email.slice(1)}`);
      for (const answer of [known, unknown])
        expect([answer.status, messagesOf(answer.json, 'identifier')]).toEqual([400, [NOT_AN_ADDRESS]]);
      for (const answer of [await ask('verification', email), await ask('recovery', email)])
        expect([answer.status, messagesOf(answer.json, 'email')]).toEqual([400, [NOT_AN_ADDRESS]]);
    });

    test('are told at the field of the profile', async () => {
      const refused = await inSettings(email, { method: 'profile', traits: { email, name: 'Nora' } });
      expect([refused.status, messagesOf(refused.json, 'traits.email')]).toEqual([400, [NOT_AN_ADDRESS]]);
    });

    test('change their password and keep their address', async () => {
      const other = `o${email.slice(1)}`;
      const otherId = await stored(other, other);
      const changed = await inSettings(other, { method: 'password', password: later });
      expect(changed.status, changed.text).toBe(200);
      expect((await signIn(http, server.publicUrl, { email: other, password: later })).status).toBe(200);
      const { json } = await http.get(`${server.adminUrl}/admin/identities/${otherId}`);
      expect(read(json, 'recovery_addresses.0.value')).toBe(other);
    });

    test('are switched off by an operator, who need not change the address', async () => {
      const off = `f${email.slice(1)}`;
      const at = `${server.adminUrl}/admin/identities/${await stored(off, off)}`;
      const patched = await http.request('PATCH', at, { json: [{ op: 'replace', path: '/state', value: 'inactive' }] });
      expect([patched.status, read(patched.json, 'state')], patched.text).toEqual([200, 'inactive']);
    });
  });

  describe('with an address that normalisation changes', () => {
    const [typed, canonical] = ['x²@sallyport.test', 'x2@sallyport.test'];
    beforeAll(() => stored(typed, canonical));

    test('sign in with either spelling, are mailed and verified', async () => {
      for (const email of [typed, canonical])
        expect((await signIn(http, server.publicUrl, { email, password })).status).toBe(200);
      const { action } = await begin(http, server.publicUrl, 'verification', 'api');
      await http.post(action, { json: { method: 'code', email: canonical } });
      const code = await newestCode(server, canonical);
      const passed = await http.post(action, { json: { method: 'code', code } });
      expect(readText(passed.json, 'state')).toBe('passed_challenge');
      expect(await isVerified(server, canonical)).toBe(true);
    });

    test('stay verified when the password changes', async () => {
      const changed = await inSettings(canonical, { method: 'password', password: later });
      expect(changed.status, changed.text).toBe(200);
      expect(await isVerified(server, canonical)).toBe(true);
    });
  });

  test('an address that is none is told to somebody who asks for a code to sign in, blanks around it are not', async () => {
    const none = await askForCode('nobody at home@sallyport.test');
    expect([none.status, messagesOf(none.json, 'identifier')]).toEqual([400, [NOT_AN_ADDRESS]]);
    const stranger = await askForCode(' nobody@sallyport.test ');
    expect([stranger.status, readText(stranger.json, 'state')]).toEqual([400, 'sent_email']);
  });
});
