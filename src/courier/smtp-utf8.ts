import type { SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';
import { isObject } from '../kernel/json.ts';

/** True for an address that only a server with SMTPUTF8 takes (RFC 6531): a domain outside ASCII has another spelling. */
export const needsUtf8 = (address: string): boolean => /[^\x20-\x7e]/.test(address.slice(0, address.lastIndexOf('@')));

/**
 * Asks the mail server by a connection of its own whether it takes such addresses, before one is shown to it: a server that
 * does not may deliver it to somebody else. Throws what the connection throws.
 */
export async function offersUtf8(options: SMTPConnectionOptions, signal: AbortSignal): Promise<boolean> {
  const { default: SMTPConnection } = await import('nodemailer/lib/smtp-connection');
  let offered = false;
  // What the server says of itself is told to a logger alone. It is asked again behind STARTTLS, and then that answer counts.
  const listen = (entry: unknown, said: unknown): void => {
    if (!isObject(entry) || typeof said !== 'string') return;
    if (entry['tnx'] === 'client' && said.startsWith('EHLO')) offered = false;
    if (entry['tnx'] === 'server' && /^250[ -]SMTPUTF8\b/im.test(said)) offered = true;
  };
  const ignore = (): void => undefined;
  const logger = { debug: listen, trace: ignore, info: ignore, warn: ignore, error: ignore, fatal: ignore };
  const connection = new SMTPConnection({ ...options, logger, transactionLog: true });
  const stop = (): void => connection.close();
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      connection.on('error', reject);
      connection.connect((error) => (error ? reject(error) : resolve()));
    });
    return offered;
  } finally {
    stop();
  }
}
