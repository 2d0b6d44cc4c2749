import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerAddress, type SMTPServerOptions } from 'smtp-server';
import { afterEach } from 'vitest';
import { must } from '../kernel/error.ts';
import { parseMessageId } from '../kernel/id.ts';
import type { OutboxMessage } from './message.ts';
import type { Send } from './delivery.ts';
import { createSmtp, type SmtpServer } from './smtp.ts';

/** What is closed when a test is over, last opened first. */
const closers: (() => Promise<void>)[] = [];
export const afterwards = (close: () => Promise<void>): unknown => closers.unshift(close);
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface Received {
  readonly mail: ParsedMail;
  readonly raw: string;
  readonly recipients: readonly string[];
}

export interface Sink {
  readonly port: number;
  readonly mails: readonly Received[];
  readonly server: SMTPServer;
}

/** A mail server of this test alone, in clear text unless the options say otherwise. */
export async function sink(options: SMTPServerOptions = {}): Promise<Sink> {
  const mails: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks);
        const recipients = session.envelope.rcptTo.map(({ address }: SMTPServerAddress) => address);
        void simpleParser(raw).then((mail) => {
          mails.push({ mail, raw: raw.toString('latin1'), recipients });
          done();
        });
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  afterwards(() => new Promise((resolve) => server.close(resolve)));
  return { port: portOf(server.server), mails, server };
}

export const portOf = (server: Server): number => (server.address() as AddressInfo).port; // a TCP server that listens

export const settings = (port: number, more: Partial<SmtpServer> = {}): SmtpServer => ({
  host: '127.0.0.1',
  port,
  user: undefined,
  password: undefined,
  tls: 'none',
  verify: true,
  serverName: undefined,
  fromAddress: 'shop@shop.example',
  fromName: 'The Shop',
  headers: { 'X-Kind': 'identity' },
  localName: 'id.shop.example',
  clientCertificate: undefined,
  ...more,
});

export const message = (more: Partial<OutboxMessage> = {}): OutboxMessage => ({
  id: must(parseMessageId('00000000-0000-4000-8000-00000000000a'), 'id'),
  type: 'email',
  channel: 'email',
  recipient: 'ada@mail.example',
  template: 'login_code_valid',
  data: {},
  subject: '012345 is your código',
  body: 'Hello,\n\n012345\n',
  usefulUntil: undefined,
  identityId: undefined,
  flowId: undefined,
  status: 'processing',
  sendCount: 0,
  dueAt: 0,
  createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
  updatedAt: 0,
  ...more,
});

export const never = new AbortController().signal;
export const html = (): string => '<p>012345</p>';

/** A mailer whose connections end with the test. */
export function createSmtpSend(server: SmtpServer, htmlOf = html, failed: () => void = () => undefined): Send {
  const smtp = createSmtp(server, { html: htmlOf, htmlFailed: failed });
  afterwards(() => Promise.resolve(smtp.close()));
  return smtp.send;
}
