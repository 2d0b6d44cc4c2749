import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export interface Mail {
  /** Its `Message-ID`. */
  readonly id: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface MailSink {
  readonly port: number;
  /** For `courier.smtp.connection_uri`. */
  readonly uri: string;
  mails(): readonly Mail[];
  to(address: string): readonly Mail[];
  /** The first mail to an address, or the one after `skip` others, as soon as it is there. */
  waitFor(address: string, options?: { readonly skip?: number; readonly timeoutMs?: number }): Promise<Mail>;
  stop(): Promise<void>;
}

/** A mail server of this process that accepts everything, in clear text, and keeps it. */
export async function startMailSink(): Promise<MailSink> {
  const mails: Mail[] = [];
  const waiting = new Set<() => void>();
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onAuth: ({ username }, _session, done) => done(null, { user: username }),
    onData(stream, session, done) {
      simpleParser(stream).then((parsed) => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          id: parsed.messageId ?? '',
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          subject: parsed.subject ?? '',
          text: parsed.text ?? '',
          html: parsed.html === false ? '' : (parsed.html ?? ''),
        });
        for (const look of waiting) look();
        done();
      }, done);
    },
  });
  server.on('error', () => {
    // A client that goes away in the middle of a mail is what some tests are about.
  });
  const port = await listen(server);

  const to = (address: string) => mails.filter((mail) => mail.to.some((one) => same(one, address)));
  return {
    port,
    uri: `smtp://127.0.0.1:${port}/?disable_starttls=true`,
    mails: () => mails,
    to,
    waitFor: (address, { skip = 0, timeoutMs = 10_000 } = {}) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => end(() => reject(new Error(`no mail to ${address}`))), timeoutMs);
        const look = () => {
          const mail = to(address)[skip];
          if (mail !== undefined) end(() => resolve(mail));
        };
        const end = (settle: () => void) => {
          clearTimeout(timer);
          waiting.delete(look);
          settle();
        };
        waiting.add(look);
        look();
      }),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The six-digit code of a mail. */
export function codeIn(mail: Mail): string {
  const code = /(?<![\d-])\d{6}(?![\d-])/.exec(`${mail.subject}\n${mail.text}`)?.[0];
  if (code === undefined) throw new Error(`no code in the mail “${mail.subject}”`);
  return code;
}

/** The links of a mail that begin with `prefix`. */
export function linksIn(mail: Mail, prefix: string): readonly string[] {
  return (mail.text.match(/https?:\/\/[^\s"'<>)\]]+/g) ?? []).filter((link) => link.startsWith(prefix));
}

function listen(server: SMTPServer): Promise<number> {
  return new Promise((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
      else reject(new Error('the mail sink got no port'));
    });
  });
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
