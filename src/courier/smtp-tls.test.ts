import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates, TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SMTPServerOptions } from 'smtp-server';
import type { SmtpServer } from './smtp.ts';
import { createSmtpSend, html, message, never, settings, sink } from './smtp-sink.fixture.ts';

const pem = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../test/support/certificates/${name}`, import.meta.url)), 'utf8');
const certificate = { key: pem('server.key.pem'), cert: pem('server.pem') };
const known = getCACertificates('default');

beforeAll(() => setDefaultCACertificates([...known, pem('authority.pem')]));
afterAll(() => setDefaultCACertificates(known));

const named = { serverName: 'mail.sallyport.test' };
const startTls: SMTPServerOptions = { ...certificate, disabledCommands: [] };
const implicitTls: SMTPServerOptions = { ...certificate, secure: true };

describe.each([
  ['STARTTLS', 'starttls', startTls],
  ['TLS from the start', 'implicit', implicitTls],
] as const)('%s', (_what, tls, options) => {
  test.each<[string, Partial<SmtpServer>, 'sent' | 'away']>([
    ['the name of its certificate', named, 'sent'],
    ['another name', { serverName: 'other.sallyport.test' }, 'away'],
    ['no name, so that the host counts', {}, 'away'],
    ['another name, unchecked', { serverName: 'other.sallyport.test', verify: false }, 'sent'],
  ])('a server expected under %s', async (_name, more, kind) => {
    const { port, mails } = await sink(options);
    expect(await createSmtpSend(settings(port, { tls, ...more }), html)(message(), never)).toMatchObject({ kind });
    expect(mails).toHaveLength(kind === 'sent' ? 1 : 0);
  });

  test('a certificate for another name is told', async () => {
    const { port } = await sink(options);
    const other = settings(port, { tls, serverName: 'other.sallyport.test' });
    expect(await createSmtpSend(other, html)(message(), never)).toMatchObject({
      reason: expect.stringMatching(
        /^SMTP ERR_TLS_CERT_ALTNAME_INVALID at \w+: .*its certificate is for other names; .*server_name/,
      ),
    });
  });

  test('nothing older than TLS 1.2 is spoken', async () => {
    const { port, mails } = await sink({ ...options, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' });
    expect(await createSmtpSend(settings(port, { tls, ...named }), html)(message(), never)).toMatchObject({
      kind: 'away',
    });
    expect(mails).toEqual([]);
  });

  test('a server that asks for a certificate is shown ours, or gets nothing', async () => {
    const { port, mails } = await sink({
      ...options,
      requestCert: true,
      rejectUnauthorized: true,
      ca: pem('authority.pem'),
    });
    const without = await createSmtpSend(settings(port, { tls, ...named }), html)(message(), never);
    expect(without).toMatchObject({ kind: 'away' });
    const clientCertificate = { cert: pem('client.pem'), key: pem('client.key.pem') };
    const withOne = createSmtpSend(settings(port, { tls, ...named, clientCertificate }), html);
    expect(await withOne(message(), never)).toEqual({ kind: 'sent' });
    expect(mails).toHaveLength(1);
  });
});

test('the user is told after the connection is encrypted, and under our name', async () => {
  const seen: unknown[] = [];
  const { port } = await sink({
    ...startTls,
    authOptional: false,
    onAuth({ username, password }, session, done) {
      seen.push([username, password, session.secure, session.hostNameAppearsAs]);
      done(null, { user: username });
    },
  });
  const server = settings(port, { tls: 'starttls', ...named, user: 'mail', password: 'p@ss' });
  expect(await createSmtpSend(server, html)(message(), never)).toEqual({ kind: 'sent' });
  expect(seen).toEqual([['mail', 'p@ss', true, 'id.shop.example']]);
});

test('clear text is spoken only where the configuration says so, even to a server that could do better', async () => {
  const secure: boolean[] = [];
  const { port } = await sink({
    ...startTls,
    onMailFrom: (_address, session, done) => (secure.push(session.secure), done()),
  });
  await createSmtpSend(settings(port), html)(message(), never);
  await createSmtpSend(settings(port, { tls: 'starttls', ...named }), html)(message(), never);
  expect(secure).toEqual([false, true]);
});

test('what a stranger in the middle adds before the encryption is thrown away', async () => {
  // A reply smuggled in behind the answer to STARTTLS must not be taken for the server's own.
  const { port, mails, server } = await sink(startTls);
  server.server.prependListener('connection', (socket) => {
    if (socket instanceof TLSSocket) return;
    const write = socket.write.bind(socket);
    socket.write = ((chunk: string | Uint8Array, ...rest: never[]) =>
      String(chunk).startsWith('220 Ready to start TLS') || /^220 .*TLS/.test(String(chunk))
        ? write(`${String(chunk)}250 smuggled\r\n`)
        : write(chunk, ...rest)) as typeof socket.write;
  });
  const sent = await createSmtpSend(settings(port, { tls: 'starttls', ...named }), html)(message(), never);
  expect(mails).toHaveLength(sent.kind === 'sent' ? 1 : 0);
});
