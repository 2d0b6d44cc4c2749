import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, readText, type HttpClient } from '../support/http-client.ts';
import { pressLink } from '../support/mailed-link.ts';
import { mailsOf, newestCode } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { type MailSink, startMailSink } from '../support/mail-sink.ts';
import { changeSettings, importPerson, noticeNames, noticesTo } from '../support/owner-notices.ts';
import { begin, register, signIn } from '../support/self-service.ts';

const PASSWORD = 'clouds over the harbour';
const OTHER = 'bells of the old town';
const NOBODY = { uri: 'smtp://127.0.0.1:1/' };
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

/** Refuses what is already stored: the change is undone with it. */
const REFUSES = `
import { defineHook } from 'sallyport/plugin';

export default defineHook({
  name: 'refuses_ada',
  at: { 'settings.after': 'write' },
  timeoutMs: 1000,
  run: {
    async write({ identity }) {
      if (identity.traits.name !== 'Ada') return { kind: 'continue' };
      return { kind: 'fail', messages: [{ id: 4000001, type: 'error', text: 'Not Ada.', context: {} }] };
    },
  },
});
`;

const withNotify = (config: string, notify = '{ new_device: false }'): string =>
  config.replace('courier: {', `courier: { notify: ${notify},`);
const config = (mail: Pick<MailSink, 'uri'>): string =>
  withNotify(mailConfig(mail)).replace(
    'settings: { ui_url: http://127.0.0.1:4455/settings }',
    'settings: { ui_url: http://127.0.0.1:4455/settings, after: { hooks: [{ hook: refuses_ada }] } }',
  );
const files = { ...MAIL_FILES, 'plugins/refuses_ada.ts': REFUSES };

interface Someone {
  readonly id: string;
  readonly email: string;
  readonly token: string;
}

let server: EmbeddedServer;
let http: HttpClient;
let people = 0;
beforeAll(async () => {
  server = await startEmbedded({ config: config(NOBODY), files });
  http = createHttpClient({ cookies: false });
});
afterAll(async () => {
  http.close();
  await server.stop();
});

async function someone(proved = true): Promise<Someone> {
  const email = `told-${(people += 1)}@sallyport.test`;
  const id = await importPerson(server, { email, password: PASSWORD, proved });
  const { json } = await signIn(http, server.publicUrl, { email, password: PASSWORD });
  return { id, email, token: readText(json, 'session_token') };
}
const settings = ({ token }: Someone, json: object): Promise<number> => changeSettings(http, server, token, json);
const admin = async (method: string, { id }: Someone, path: string, json?: object): Promise<number> =>
  (await http.request(method, `${server.adminUrl}/admin/identities/${id}${path}`, json === undefined ? {} : { json }))
    .status;
const withProviders = (email: string, ...subjects: readonly string[]) => ({
  traits: { email },
  credentials: { oidc: { config: { providers: subjects.map((subject) => ({ provider: 'acme', subject })) } } },
});

/** Recovers an account by a code that its owner asked for, or by a link that an administrator made. */
async function recover({ id, email }: Someone, by: 'code' | 'link'): Promise<HttpClient> {
  const browser = createHttpClient();
  const accept = 'text/html';
  if (by === 'link') {
    const made = await http.post(`${server.adminUrl}/admin/recovery/link`, { json: { identity_id: id } });
    const opened = await pressLink(browser, readText(made.json, 'recovery_link'));
    if (opened.status !== 303) throw new Error(opened.text);
    return browser;
  }
  const flow = await begin(browser, server.publicUrl, 'recovery', 'browser');
  await browser.post(flow.action, { json: { method: 'code', email, csrf_token: flow.csrf } });
  const code = await newestCode(server, email);
  const given = await browser.post(flow.action, { form: { method: 'code', code, csrf_token: flow.csrf }, accept });
  if (given.status !== 303) throw new Error(given.text);
  return browser;
}

describe('one change is one message to the address as it was before', () => {
  const CHANGES: Readonly<Record<string, readonly [act: (one: Someone) => Promise<unknown>, template: string]>> = {
    'the password, by the person': [
      (one) => settings(one, { method: 'password', password: OTHER }),
      'notify_password_changed',
    ],
    'the password, by an administrator': [
      (one) =>
        admin('PUT', one, '', {
          traits: { email: one.email },
          credentials: { password: { config: { password: OTHER } } },
        }),
      'notify_password_changed',
    ],
    'the address, by the person': [
      (one) => settings(one, { method: 'profile', traits: { email: `new-${one.email}` } }),
      'notify_address_changed',
    ],
    'the address, by an administrator': [
      (one) => admin('PATCH', one, '', [{ op: 'replace', path: '/traits/email', value: `new-${one.email}` }]),
      'notify_address_changed',
    ],
    'address and password at once, by an administrator': [
      (one) =>
        admin('PUT', one, '', {
          traits: { email: `new-${one.email}` },
          credentials: { password: { config: { password: OTHER } } },
        }),
      'notify_address_changed',
    ],
    'a way to sign in that is added, by an administrator': [
      (one) => admin('PUT', one, '', withProviders(one.email, one.id)),
      'notify_factor_changed',
    ],
    'a recovery by a code': [(one) => recover(one, 'code'), 'notify_recovery_used'],
    'a recovery by a link of an administrator': [(one) => recover(one, 'link'), 'notify_recovery_used'],
  };

  test.each(Object.entries(CHANGES))('%s', async (_, [act, template]) => {
    const one = await someone();
    await act(one);
    expect(await noticeNames(server, one.email)).toEqual([template]);
    expect(await noticeNames(server, `new-${one.email}`)).toEqual([]);
  });

  test('a way to sign in that is removed, by an administrator', async () => {
    const one = await someone();
    await admin('PUT', one, '', withProviders(one.email, `a ${one.id}`, `b ${one.id}`));
    const gone = `/credentials/oidc?identifier=${encodeURIComponent(`acme:a ${one.id}`)}`;
    expect(await admin('DELETE', one, gone)).toBe(204);
    expect(await noticeNames(server, one.email)).toEqual(['notify_factor_changed', 'notify_factor_changed']);
    const [added, removed] = await noticesTo(server, one.email);
    expect([added?.body, removed?.body]).toEqual([
      expect.stringContaining('- Added: an account at another provider'),
      expect.stringContaining('- Removed: an account at another provider'),
    ]);
  });

  test('a new password after a recovery says that the recovery led to it', async () => {
    const one = await someone();
    const browser = await recover(one, 'code');
    const flow = await begin(browser, server.publicUrl, 'settings', 'browser', '');
    const json = { method: 'password', password: OTHER, csrf_token: flow.csrf };
    expect((await browser.post(flow.action, { json })).status).toBe(200);
    browser.close();
    expect(await noticeNames(server, one.email)).toEqual(['notify_recovery_used', 'notify_password_changed']);
    expect((await noticesTo(server, one.email)).at(-1)?.body).toContain('By: somebody who recovered the account');
  });

  test('a recovery that takes back what was there before its owner came is one message, too', async () => {
    const email = `told-${(people += 1)}@sallyport.test`;
    await register(http, server.publicUrl, { email, password: PASSWORD });
    await recover({ id: '', email, token: '' }, 'code');
    expect(await noticeNames(server, email)).toEqual(['notify_recovery_used']);
    expect((await noticesTo(server, email))[0]?.body).toContain('- Removed: the password\n');
  });

  test('changes of both kinds in one act stand in one message', async () => {
    const one = await someone();
    const credentials = { password: { config: { password: OTHER } } };
    await admin('PUT', one, '', { traits: { email: `new-${one.email}` }, credentials });
    const [notice] = await noticesTo(server, one.email);
    expect(notice?.body).toContain('- Changed: an e-mail address\n- Changed: the password\n');
    expect(notice?.body).toContain('By: an administrator\n');
    expect(notice?.body).not.toMatch(/Device:|Network:/);
  });
});

describe('nobody is told of', () => {
  const NOTHING: Readonly<Record<string, (one: Someone) => Promise<unknown>>> = {
    'an import': () => Promise.resolve(),
    'a name that changed': (one) => settings(one, { method: 'profile', traits: { email: one.email, name: 'Ilse' } }),
    'metadata and state': (one) =>
      admin('PATCH', one, '', [
        { op: 'add', path: '/metadata_admin', value: { a: 1 } },
        { op: 'replace', path: '/state', value: 'inactive' },
      ]),
    'a password that is refused': (one) => settings(one, { method: 'password', password: '12345678' }),
    'a change that a hook undoes': (one) =>
      settings(one, { method: 'profile', traits: { email: `new-${one.email}`, name: 'Ada' } }),
    'an address that somebody else has': async (one) => {
      const other = await someone();
      await settings(one, { method: 'profile', traits: { email: other.email } });
      await admin('PATCH', one, '', [{ op: 'replace', path: '/traits/email', value: other.email }]);
      expect(await noticeNames(server, other.email)).toEqual([]);
    },
    'a wrong recovery code': async ({ email }) => {
      const flow = await begin(http, server.publicUrl, 'recovery', 'api');
      await http.post(flow.action, { json: { method: 'code', email } });
      await http.post(flow.action, { json: { method: 'code', code: '000000' } });
    },
  };

  test.each(Object.entries(NOTHING))('%s', async (_, act) => {
    const one = await someone();
    await act(one);
    expect([await noticeNames(server, one.email), await noticeNames(server, `new-${one.email}`)]).toEqual([[], []]);
  });
});

test('a form that is sent twice at once is one change and one message', async () => {
  const one = await someone();
  const headers = { 'x-session-token': one.token };
  const { json: flow } = await http.get(`${server.publicUrl}/self-service/settings/api`, { headers });
  const json = { method: 'password', password: OTHER };
  await Promise.all([1, 2].map(() => http.post(readText(flow, 'ui.action'), { headers, json })));
  expect(await noticeNames(server, one.email)).toEqual(['notify_password_changed']);
});

test('an address that nobody proved may be a stranger’s: it gets five messages of any kind an hour', async () => {
  const changes = async (one: Someone, count: number): Promise<number> => {
    for (let n = 0; n < count; n += 1) await settings(one, { method: 'password', password: `${OTHER} ${n}` });
    return (await mailsOf(server, one.email)).length;
  };
  const stranger = await someone(false);
  expect(await changes(stranger, 7)).toBe(5);
  // An owner is told of everything, so that nothing is kept quiet by other messages.
  expect(await changes(await someone(), 7)).toBe(7);
  server.pass(3_600_001);
  const { json } = await signIn(http, server.publicUrl, { email: stranger.email, password: `${OTHER} 6` });
  expect(await changes({ ...stranger, token: readText(json, 'session_token') }, 1)).toBe(6);
});

test('the message says what, when and from where, and asks for no click', async () => {
  const sink = await startMailSink();
  const mailing = await startEmbedded({ config: withNotify(mailConfig(sink)), files: MAIL_FILES, watchCourier: true });
  const email = 'mailed@sallyport.test';
  await importPerson(mailing, { email, password: PASSWORD });
  const { json } = await signIn(http, mailing.publicUrl, { email, password: PASSWORD });
  const headers = { 'x-session-token': readText(json, 'session_token'), 'user-agent': FIREFOX };
  const { json: flow } = await http.get(`${mailing.publicUrl}/self-service/settings/api`, { headers });
  await http.post(readText(flow, 'ui.action'), { headers, json: { method: 'password', password: OTHER } });
  const mail = await sink.waitFor(email);
  await mailing.stop();
  await sink.stop();
  expect(mail.subject).toMatch(/^Your password was changed at 127\.0\.0\.1:\d+$/);
  expect(mail.text).toMatch(/When: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/);
  for (const line of [
    '- Changed: the password',
    'By: somebody who signed in to the account',
    'Device: Firefox on Linux',
    'Network: 127.0.0.1',
    'If it was not you',
  ]) {
    expect(mail.text).toContain(line);
    expect(mail.html).toContain(line.replace('- ', ''));
  }
  expect(`${mail.text}${mail.html}`).not.toMatch(/https?:\/\/|<a /);
  expect(sink.mails()).toHaveLength(1);
});

test('words of whoever made the change do not get into the message', async () => {
  const one = await someone();
  const headers = { 'x-session-token': one.token, 'user-agent': 'call 555-0100 to undo this' };
  const { json: flow } = await http.get(`${server.publicUrl}/self-service/settings/api`, { headers });
  await http.post(readText(flow, 'ui.action'), { headers, json: { method: 'password', password: OTHER } });
  const [notice] = await noticesTo(server, one.email);
  expect(notice?.body).not.toMatch(/555-0100|Device:/);
});

describe('by the configuration', () => {
  /** What an own password and an own address tell under it. */
  async function told(text: string, more: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
    const own = await startEmbedded({ config: text, files: { ...MAIL_FILES, ...more } });
    const email = 'configured@sallyport.test';
    await importPerson(own, { email, password: PASSWORD });
    const { json } = await signIn(http, own.publicUrl, { email, password: PASSWORD });
    const token = readText(json, 'session_token');
    await changeSettings(http, own, token, { method: 'password', password: OTHER });
    await changeSettings(http, own, token, { method: 'profile', traits: { email: `new-${email}` } });
    const mails = await mailsOf(own, email);
    await own.stop();
    return mails.map(({ subject, body }) => `${subject}: ${body}`.slice(0, 40));
  }
  const PASSWORD_CHANGED = expect.stringMatching(/^Your password was changed/);
  const ADDRESS_CHANGED = expect.stringMatching(/^An address of your account was changed/);

  test('a part of the section leaves the others on', async () => {
    const only = withNotify(mailConfig(NOBODY), '{ factor_changed: true }');
    expect(await told(only)).toEqual([PASSWORD_CHANGED, ADDRESS_CHANGED]);
  });

  test('one that is off is not sent', async () => {
    const off = withNotify(mailConfig(NOBODY), '{ password_changed: false }');
    expect(await told(off)).toEqual([ADDRESS_CHANGED]);
  });

  test('without the section none is sent', async () => {
    expect(await told(mailConfig(NOBODY))).toEqual([]);
  });

  test('without a mail server nothing is queued', async () => {
    const none = mailConfig(NOBODY).replace(/courier: .*/, 'courier: { notify: { new_device: true } }');
    expect(await told(none)).toEqual([]);
  });

  test('own words take the place of ours, with what the message is about', async () => {
    const files = {
      'own/notify_password_changed/valid/email.subject.gotmpl': 'Changed by {{ .By }}',
      'own/notify_password_changed/valid/email.body.plaintext.gotmpl':
        '{{ .Identity.traits.email }} {{ range .Changes }}{{ .what }}{{ end }} {{ .Network }}',
    };
    const own = withNotify(mailConfig(NOBODY)).replace(
      'courier: {',
      'courier: { template_override_path: <folder>/own,',
    );
    const direct = own.replace(
      'courier: {',
      `courier: { templates: { notify_address_changed: { valid: { email: { subject: 'base64://${btoa('Elsewhere')}', body: { plaintext: 'base64://${btoa('To {{ .To }}')}' } } } } },`,
    );
    expect(await told(direct, files)).toEqual([
      'Changed by self: configured@sallyport.te',
      'Elsewhere: To configured@sallyport.test',
    ]);
  });
});
