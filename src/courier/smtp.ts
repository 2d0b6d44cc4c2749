import { domainOf, parseMailAddress } from '../kernel/mail-address.ts';
import type { SmtpSettings } from '../kernel/smtp-settings.ts';
import type { OutboxMessage } from './message.ts';
import type { Send, Sent } from './delivery.ts';

/** The mail server, its certificates read. */
export type SmtpServer = SmtpSettings<string>;

/** Sending by SMTP; `close` ends the connections that are kept. */
export interface Smtp {
  readonly send: Send;
  close(): void;
}

export interface SmtpDeps {
  readonly html: (message: OutboxMessage) => string | undefined;
  /** A template that fails costs the HTML of a mail, not the mail: somebody should hear of it. */
  readonly htmlFailed: (message: OutboxMessage, error: unknown) => void;
}

const CONNECT = 10_000;
/** The longest silence, beyond what a try may take: to leave before the answer to a mail is to send it twice. */
const SILENCE = 60_000;
/** As many as the worker has hands, so that no mail waits for another's connection. */
const CONNECTIONS = 20;
/** Shorter than a mail server waits, so that it is us who hang up. */
const IDLE = 8_000;

/**
 * Sends by SMTP over a few connections that are kept while there is something to send. The Message-ID comes from the row's
 * id: should a message go out twice, because we died before noting it, both copies bear the same (reliability R-11).
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
        await transport.sendMail({
          signal,
          envelope: { from, to: [to] },
          from: { name: server.fromName ?? '', address: from },
          to: { name: '', address: to },
          subject: message.subject,
          text: message.body,
          ...(alternative !== undefined && { html: alternative }),
          messageId: `<${message.id}@${domainOf(from)}>`,
          date: new Date(message.createdAt),
          headers: { ...server.headers, 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        });
        return { kind: 'sent' };
      } catch (error) {
        return failure(error);
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
    // Only a mail of which not a byte went out is moved to another connection.
    maxRequeues: 1,
    host: server.host,
    port: server.port,
    name: server.localName,
    secure: server.tls === 'implicit',
    requireTLS: server.tls === 'starttls',
    ignoreTLS: server.tls === 'none',
    ...(server.user !== undefined && { auth: { user: server.user, pass: server.password ?? '' } }),
    tls: {
      minVersion: 'TLSv1.2',
      rejectUnauthorized: server.verify,
      ...(server.serverName !== undefined && { servername: server.serverName }),
      ...server.clientCertificate,
    },
    connectionTimeout: CONNECT,
    greetingTimeout: SILENCE,
    socketTimeout: SILENCE,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** A 5xx to the envelope or the message is about this message; all else is about the server or the way to it. */
function failure(error: unknown): Sent {
  const { code, command, status } = parseFailure(error);
  // The server's own words may quote the subject, and with it a code.
  const reason = ['SMTP', code ?? 'failed', status, command && `at ${command}`]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');
  const aboutMessage =
    command === 'MAIL FROM' ||
    command === 'RCPT TO' ||
    command === 'DATA' ||
    code === 'EMESSAGE' ||
    code === 'EENVELOPE';
  if (!aboutMessage || status === 421 || NOT_LET_IN.has(status ?? 0)) return { kind: 'away', reason };
  if (status === undefined ? command !== 'DATA' : status >= 500) return { kind: 'permanent', reason };
  return { kind: 'temporary', reason };
}

/** Authentication wanted or refused: the configuration's fault, whatever the command. */
const NOT_LET_IN: ReadonlySet<number> = new Set([530, 534, 535, 538]);

interface Failure {
  readonly code: string | undefined;
  readonly command: string | undefined;
  readonly status: number | undefined;
}

function parseFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: undefined, command: undefined, status: undefined };
  const member = (name: string): unknown => Reflect.get(error, name);
  const [code, command, status] = [member('code'), member('command'), member('responseCode')];
  return {
    code: typeof code === 'string' ? code : undefined,
    command: typeof command === 'string' ? command : undefined,
    status: typeof status === 'number' ? status : undefined,
  };
}

function checkHeader(name: string, value: string): void {
  if (!/^[!-9;-~]+$/.test(name) || hasControls(value)) {
    throw new Error(`The mail header ${JSON.stringify(name)} holds a character that would begin another header.`);
  }
}

const hasControls = (text: string): boolean => /[\p{Cc}\u2028\u2029]/u.test(text);
