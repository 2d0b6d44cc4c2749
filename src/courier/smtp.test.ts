import { once } from 'node:events';
import { createServer } from 'node:net';
import type { SMTPServerOptions } from 'smtp-server';
import { describe, expect, test } from 'vitest';
import { must } from '../kernel/error.ts';
import { createSmtpSend, html, message, never, portOf, settings, sink, afterwards } from './smtp-sink.fixture.ts';

test('a mail arrives with text and HTML, sender, our headers and a Message-ID made from the row', async () => {
  const { port, mails } = await sink();
  expect(await createSmtpSend(settings(port), html)(message(), never)).toEqual({ kind: 'sent' });
  const { mail, recipients } = must(mails[0], 'the mail');
  expect(recipients).toEqual(['ada@mail.example']);
  expect(mail.subject).toBe('012345 is your código');
  expect(mail.text?.trim()).toBe('Hello,\n\n012345');
  expect(mail.html).toContain('<p>012345</p>');
  expect(mail.from?.value).toEqual([{ name: 'The Shop', address: 'shop@shop.example' }]);
  expect(mail.messageId).toBe('<00000000-0000-4000-8000-00000000000a@shop.example>');
  expect(mail.headers.get('x-kind')).toBe('identity');
  expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
  expect(mail.date?.toISOString()).toBe('2026-01-02T03:04:05.000Z');
});

test('the same row sent twice bears the same Message-ID', async () => {
  const { port, mails } = await sink();
  const send = createSmtpSend(settings(port), html);
  await send(message(), never);
  await send(message({ sendCount: 1 }), never);
  expect(mails).toHaveLength(2);
  expect(new Set(mails.map(({ mail }) => mail.messageId)).size).toBe(1);
});

test('a template that fails costs the HTML, not the mail', async () => {
  const { port, mails } = await sink();
  let told = 0;
  const broken = (): string => {
    throw new Error('broken template');
  };
  const send = createSmtpSend(settings(port), broken, () => (told += 1));
  expect(await send(message(), never)).toEqual({ kind: 'sent' });
  expect(mails[0]?.mail.html).toBe(false);
  expect(told).toBe(1);
});

test('it signs in as the configuration says', async () => {
  const users: unknown[] = [];
  const { port } = await sink({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, done) {
      users.push([username, password]);
      done(null, { user: username });
    },
  });
  expect(await createSmtpSend(settings(port, { user: 'mail', password: 'p@ss' }), html)(message(), never)).toEqual({
    kind: 'sent',
  });
  expect(users).toEqual([['mail', 'p@ss']]);
});

describe('what would begin another header or reach another person', () => {
  test.each([
    ['a recipient with a line break', { recipient: 'a@b.example\r\nBcc: c@d.example' }],
    ['a quoted recipient', { recipient: '"x@evil.example"@b.example' }],
    ['a list of recipients', { recipient: 'a@b.example,c@d.example' }],
    ['a subject with a line break', { subject: 'a\r\nBcc: c@d.example' }],
    ['a subject with a NUL', { subject: 'a\0b' }],
    ['a subject with NEL', { subject: 'a\u0085b' }],
  ])('%s is refused for good, without a connection', async (_what, more) => {
    const { port, mails } = await sink();
    expect(await createSmtpSend(settings(port), html)(message(more), never)).toMatchObject({ kind: 'permanent' });
    expect(mails).toEqual([]);
  });

  test.each([
    ['a header value', { headers: { 'X-A': 'b\r\nBcc: c@d.example' } }],
    ['a header name', { headers: { 'X-A\nBcc': 'c@d.example' } }],
    ['the sender name', { fromName: 'A\r\nBcc: c@d.example' }],
    ['the sender address', { fromAddress: 'a@b.example, c@d.example' }],
  ])('%s of the configuration refuses the start', (_what, more) => {
    expect(() => createSmtpSend(settings(1, more), html)).toThrow(/mail header|from_address/);
  });

  test('controls in a body stay in the body', async () => {
    const { port, mails } = await sink();
    await createSmtpSend(settings(port), html)(message({ body: 'x\r\n.\r\nMAIL FROM:<evil@x.example>\r\n' }), never);
    expect(mails).toHaveLength(1);
    expect(mails[0]?.mail.text).toContain('MAIL FROM:<evil@x.example>');
  });
});

describe('addresses outside ASCII', () => {
  const elsewhere = 'ådå@mail.example';

  test('a recipient whose server takes them has the mail', async () => {
    const { port, mails } = await sink();
    expect(await createSmtpSend(settings(port), html)(message({ recipient: elsewhere }), never)).toEqual({
      kind: 'sent',
    });
    expect(mails[0]?.recipients).toEqual([elsewhere]);
  });

  test.each([
    ['the recipient', { recipient: elsewhere }, {}, 'permanent', /SMTPUTF8.* the recipient is/],
    ['the sender', {}, { fromAddress: 'bürø@shop.example' }, 'away', /SMTPUTF8.*courier\.smtp\.from_address/],
  ] as const)('%s is not shown to a server that does not', async (_whose, more, server, kind, reason) => {
    const shown: string[] = [];
    const { port, mails } = await sink({
      hideSMTPUTF8: true,
      onMailFrom: ({ address }, _session, done) => (shown.push(address), done()),
      onRcptTo: ({ address }, _session, done) => (shown.push(address), done()),
    });
    const sent = await createSmtpSend(settings(port, server), html)(message(more), never);
    expect(sent).toEqual({ kind, reason: expect.stringMatching(reason) });
    expect(JSON.stringify(sent)).not.toContain(elsewhere);
    expect([shown, mails]).toEqual([[], []]);
    expect(await createSmtpSend(settings(port), html)(message(), never)).toEqual({ kind: 'sent' });
  });

  test('a server that is away is away', async () => {
    const sent = await createSmtpSend(settings(1), html)(message({ recipient: elsewhere }), never);
    expect(sent).toMatchObject({ kind: 'away', reason: expect.stringContaining('ECONNREFUSED') });
  });

  test('a domain has its ASCII form, in the envelope and in every header', async () => {
    const { port, mails, server: listener } = await sink({ hideSMTPUTF8: true });
    let spoken = '';
    listener.server.prependListener('connection', (socket) => {
      socket.on('data', (chunk: Buffer) => (spoken += chunk.toString('latin1')));
    });
    const server = settings(port, {
      fromAddress: 'shop@münchen.example',
      localName: 'id.münchen.example',
      headers: { 'Reply-To': 'Hilfe <hilfe@münchen.example>', 'X-Kind': 'größer' },
    });
    const sent = await createSmtpSend(server, html)(message({ recipient: 'ada@köln.example' }), never);
    expect(sent).toEqual({ kind: 'sent' });
    const raw = must(mails[0], 'the mail').raw;
    const headers = raw.slice(0, raw.indexOf('\r\n\r\n'));
    expect(headers).toMatch(/^[\x20-\x7e\r\n\t]*$/);
    expect(headers).toContain('Message-ID: <00000000-0000-4000-8000-00000000000a@xn--mnchen-3ya.example>');
    expect(headers).toMatch(/^From: .*<shop@xn--mnchen-3ya\.example>/m);
    expect(headers).toMatch(/^Reply-To: .*hilfe@xn--mnchen-3ya\.example/m);
    expect(spoken).toContain('EHLO id.xn--mnchen-3ya.example\r\n');
    expect(spoken).toContain('MAIL FROM:<shop@xn--mnchen-3ya.example>');
    expect(spoken).toContain('RCPT TO:<ada@xn--kln-sna.example>');
  });
});

function answering(status: number): Error {
  return Object.assign(new Error('secret 012345 quoted by the server'), { responseCode: status });
}

describe('failures', () => {
  test.each([
    ['an unknown mailbox', 550, 'permanent'],
    ['a full mailbox', 452, 'temporary'],
    ['a greylisting server', 451, 'temporary'],
    ['a server shutting down', 421, 'away'],
    ['a server that wants authentication', 530, 'away'],
  ] as const)('%s (%i) is %s', async (_what, status, kind) => {
    const { port } = await sink({ onRcptTo: (_address, _session, done) => done(answering(status)) });
    const sent = await createSmtpSend(settings(port), html)(message(), never);
    expect(sent).toMatchObject({ kind, reason: expect.stringContaining(`${status} at `) });
    expect(JSON.stringify(sent)).not.toContain('012345');
  });

  test('a refused content is permanent, and the reason quotes nothing of it', async () => {
    const { port } = await sink({
      onData(stream, _session, done) {
        stream.resume();
        stream.on('end', () => done(answering(554)));
      },
    });
    const sent = await createSmtpSend(settings(port), html)(message(), never);
    expect(sent).toMatchObject({ kind: 'permanent', reason: expect.stringContaining('554 at DATA') });
    expect(JSON.stringify(sent)).not.toContain('012345');
  });

  test('a refused sign-in is the server being away', async () => {
    const { port } = await sink({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(answering(535)),
    });
    expect(await createSmtpSend(settings(port, { user: 'u', password: 'p' }), html)(message(), never)).toMatchObject({
      kind: 'away',
    });
  });

  test('nobody listening is the server being away', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = portOf(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await createSmtpSend(settings(port), html)(message(), never)).toEqual({
      kind: 'away',
      reason: `SMTP ECONNREFUSED at CONN: 127.0.0.1:${port}: the connection is refused; check host and port in courier.smtp.connection_uri`,
    });
  });

  /** Says something to whoever connects, and waits, or hangs up. */
  async function speaker(greeting: string, hangUp = false): Promise<number> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      if (hangUp) socket.end(greeting);
      else socket.write(greeting);
      afterwards(() => Promise.resolve(socket.destroy()).then(() => undefined));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    afterwards(() => new Promise((resolve) => void server.close(() => resolve())));
    return portOf(server);
  }

  test.each([
    [
      'TLS asked of a server that greets in clear text',
      async () => settings(await speaker('220 plain ESMTP\r\n'), { tls: 'implicit' }),
      /^SMTP ERR_SSL_\w+ at CONN: .*it does not speak TLS there; write smtp:/,
    ],
    [
      'STARTTLS asked of a server that has none',
      async () => settings((await sink()).port, { tls: 'starttls' }),
      /^SMTP ETLS 50\d at STARTTLS: .*it offers no TLS; .*disable_starttls=true/,
    ],
    [
      'a certificate nobody knows, behind STARTTLS',
      async () => settings((await sink({ disabledCommands: [] })).port, { tls: 'starttls' }),
      /^SMTP \w*(?:SELF_SIGNED|UNABLE_TO_VERIFY|CERT_)\w* at \w+: .*its certificate is not trusted: .*; \w+/,
    ],
    [
      'a certificate nobody knows, from the first byte',
      async () => settings((await sink({ secure: true })).port, { tls: 'implicit' }),
      /^SMTP \w*(?:SELF_SIGNED|UNABLE_TO_VERIFY|CERT_)\w* at CONN: .*its certificate is not trusted: .*; \w+/,
    ],
    [
      'a server that is none',
      async () => settings(await speaker('HTTP/1.1 400 Bad Request\r\n\r\n')),
      /^SMTP EPROTOCOL at CONN: .*does not greet as a mail server does/,
    ],
    [
      'a server that hangs up',
      async () => settings(await speaker('', true)),
      /^SMTP ECONNECTION(?: at CONN)?: .*broke the connection off; .*smtps:/,
    ],
    [
      'a host nobody knows',
      () => Promise.resolve(settings(25, { host: 'no-such-host.invalid' })),
      /^SMTP (?:ENOTFOUND|EAI_AGAIN|\w+) at CONN: no-such-host\.invalid:25: the host name /,
    ],
    [
      'a password that is wrong',
      async () => {
        const onAuth: SMTPServerOptions['onAuth'] = (_auth, _session, done) => done(answering(535));
        const { port } = await sink({ authOptional: false, allowInsecureAuth: true, onAuth });
        return settings(port, { user: 'u', password: 'p' });
      },
      /^SMTP EAUTH 535 at AUTH \w+: .*the login is refused; check user and password/,
    ],
  ])('%s is told, with what to do', async (_what, made, reason) => {
    const sent = await createSmtpSend(await made(), html)(message(), never);
    expect(sent).toMatchObject({ kind: 'away', reason: expect.stringMatching(reason) });
    expect(JSON.stringify(sent)).not.toContain('012345');
  });

  test('a server without STARTTLS gets nothing when TLS is required', async () => {
    const { port, mails } = await sink();
    expect(await createSmtpSend(settings(port, { tls: 'starttls' }), html)(message(), never)).toMatchObject({
      kind: 'away',
    });
    expect(mails).toEqual([]);
  });

  test('a certificate nobody knows is refused unless the check is switched off', async () => {
    const { port, mails } = await sink({ disabledCommands: [] });
    expect(await createSmtpSend(settings(port, { tls: 'starttls' }), html)(message(), never)).toMatchObject({
      kind: 'away',
    });
    expect(mails).toEqual([]);
    expect(await createSmtpSend(settings(port, { tls: 'starttls', verify: false }), html)(message(), never)).toEqual({
      kind: 'sent',
    });
  });

  test('a server that never greets is left when the signal says so', async () => {
    const server = createServer(() => stop.abort()).listen(0, '127.0.0.1');
    const stop = new AbortController();
    await once(server, 'listening');
    afterwards(() => new Promise((resolve) => void server.close(() => resolve())));
    expect(await createSmtpSend(settings(portOf(server)), html)(message(), stop.signal)).toMatchObject({
      kind: 'away',
    });
  });
});
