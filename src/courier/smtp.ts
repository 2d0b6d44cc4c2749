import { domainToASCII } from 'node:url';
import type { SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';
import { domainOf, parseMailAddress } from '../kernel/mail-address.ts';
import type { SmtpSettings } from '../kernel/smtp-settings.ts';
import type { OutboxMessage } from './message.ts';
import type { Send, Sent } from './delivery.ts';
import { smtpFailure } from './smtp-failure.ts';
import { needsUtf8, offersUtf8 } from './smtp-utf8.ts';

/** The mail server, its certificates read. */
export type SmtpServer = SmtpSettings<string>;

/** Sending by SMTP; `close` ends the connections that are kept. */
export interface Smtp {
  readonly send: Send;
  close(): void;
}

export interface SmtpDeps {
  readonly html: (message: OutboxMessage) => string | undefined;
  /** Called when the HTML template of a mail fails: the mail goes out as plain text, and the log should say so. */
  readonly htmlFailed: (message: OutboxMessage, error: unknown) => void;
}

const CONNECT = 10_000;
/** The longest silence of a server. It is longer than a try: hanging up before the answer would send the mail twice. */
const SILENCE = 60_000;
/** As many as the worker sends messages at once, so that no mail waits for a connection. */
const CONNECTIONS = 20;
/** Shorter than the idle timeout of mail servers, so that this side closes the connection. */
const IDLE = 8_000;

/**
 * Sends by SMTP over a few connections that are kept while there is something to send. The Message-ID comes from the row's
 * id: when a message goes out twice, because the process died before storing the result, both copies bear the same one
 * (reliability R-11).
 */
export function createSmtp(server: SmtpServer, { html, htmlFailed }: SmtpDeps): Smtp {
  const from = parseMailAddress(server.fromAddress);
  if (from === undefined) throw new Error('courier.smtp.from_address is not one plain e-mail address.');
  for (const [name, value] of Object.entries(server.headers)) checkHeader(name, value);
  if (server.fromName !== undefined) checkHeader('From', server.fromName);
  let opened: Promise<Transport> | undefined;
  let closed = false;

  return {
    async send(message, signal) {
      const to = parseMailAddress(message.recipient);
      if (to === undefined) return { kind: 'permanent', reason: 'The recipient is not one plain e-mail address.' };
      if (hasControls(message.subject))
        return { kind: 'permanent', reason: 'The subject holds a line break or control character.' };
      if (closed) return { kind: 'away', reason: 'The server is stopping.' };
      const transport = await (opened ??= openTransport(server));
      const alternative = htmlOf(message);
      try {
        if ((needsUtf8(to) || needsUtf8(from)) && !(await offersUtf8(connectionOf(server), signal)))
          return withoutUtf8(needsUtf8(from));
        await transport.sendMail({
          signal,
          envelope: { from, to: [to] },
          from: { name: server.fromName ?? '', address: from },
          to: { name: '', address: to },
          subject: message.subject,
          text: message.body,
          ...(alternative !== undefined && { html: alternative }),
          messageId: `<${message.id}@${ascii(domainOf(from))}>`,
          date: new Date(message.createdAt),
          headers: { ...server.headers, 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        });
        return { kind: 'sent' };
      } catch (error) {
        // A failure is an answer: the worker decides by its kind whether the message is tried again.
        return smtpFailure(server, error);
      }
    },
    close() {
      closed = true;
      void opened?.then((transport) => transport.close());
    },
  };

  function htmlOf(message: OutboxMessage): string | undefined {
    try {
      return html(message);
    } catch (error) {
      // A broken HTML template must not hold back the mail.
      htmlFailed(message, error);
      return undefined;
    }
  }
}

type Transport = Awaited<ReturnType<typeof openTransport>>;

async function openTransport(server: SmtpServer) {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    pool: true,
    maxConnections: CONNECTIONS,
    maxMessages: 100,
    idleTimeout: IDLE,
    // A mail moves to another connection only while none of its bytes was sent.
    maxRequeues: 1,
    ...(server.user !== undefined && { auth: { user: server.user, pass: server.password ?? '' } }),
    ...connectionOf(server),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** A name of a host as the protocols write it; an address stays as it is. */
const ascii = (host: string): string => domainToASCII(host) || host;

/** How the server is reached, but for the sign-in. */
function connectionOf(server: SmtpServer): SMTPConnectionOptions {
  return {
    host: ascii(server.host),
    port: server.port,
    name: ascii(server.localName),
    secure: server.tls === 'implicit',
    requireTLS: server.tls === 'starttls',
    ignoreTLS: server.tls === 'none',
    tls: {
      minVersion: 'TLSv1.2',
      rejectUnauthorized: server.verify,
      ...(server.serverName !== undefined && { servername: ascii(server.serverName) }),
      ...server.clientCertificate,
    },
    connectionTimeout: CONNECT,
    greetingTimeout: SILENCE,
    socketTimeout: SILENCE,
  };
}

/** The address of the sender is the configuration's fault, and delays; the one of the recipient is the message's. */
function withoutUtf8(ofSender: boolean): Sent {
  const whose = ofSender ? 'the sender (courier.smtp.from_address)' : 'the recipient';
  const reason = `The mail server takes no address whose part before the @ is outside ASCII (SMTPUTF8), as that of ${whose} is.`;
  return { kind: ofSender ? 'away' : 'permanent', reason };
}

function checkHeader(name: string, value: string): void {
  if (!/^[!-9;-~]+$/.test(name) || hasControls(value)) {
    throw new Error(`The mail header ${JSON.stringify(name)} holds a character that would begin another header.`);
  }
}

const hasControls = (text: string): boolean => /[\p{Cc}\u2028\u2029]/u.test(text);
