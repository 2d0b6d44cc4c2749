import type { SmtpSettings } from '../../kernel/smtp-settings.ts';
import type { Problems } from '../source/problems.ts';
import type { At } from '../source/yaml-tree.ts';

/** What a connection URI says. */
export type SmtpConnection = Pick<
  SmtpSettings<never>,
  'host' | 'port' | 'user' | 'password' | 'tls' | 'verify' | 'serverName'
>;

/** `smtp[s]://user:pass@host:port/?options`; `undefined` after an error was reported. No message ever quotes it. */
export function parseSmtpUri(text: string, at: At, problems: Problems): SmtpConnection | undefined {
  const fail = (found: string, allowed: string): undefined => void problems.error(at, 'wrong-value', found, allowed);
  const form = 'write smtp://user:password@host:port/ or smtps://…, with user and password URL-encoded';
  const match = /^(smtps?):\/\/(?:([^@/?#]*)@)?(\[[0-9a-fA-F:.]+\]|[^@:/?#\s]+)(?::(\d*))?\/?(?:\?([^#]*))?$/.exec(
    text,
  );
  if (!match) return fail('is ‹hidden›, which is not an SMTP address', form);
  const [, scheme, account = '', host = '', portText, options = ''] = match;
  const port = Number(portText);
  if (!portText || port < 1 || port > 65_535)
    return fail('names no port', 'write host:port, such as :465, :587 or :25');
  const colon = account.indexOf(':');
  const user = decoded(colon === -1 ? account : account.slice(0, colon));
  const password = decoded(colon === -1 ? '' : account.slice(colon + 1));
  if (user === undefined || password === undefined) return fail('has a user or password that is not URL-encoded', form);
  const query = new URLSearchParams(options);
  for (const name of new Set(query.keys())) {
    if (!OPTIONS.includes(name)) return fail('has an option that is not known', `known: ${OPTIONS.join(', ')}`);
  }
  const clear = truth(query.get('disable_starttls'));
  const blind = truth(query.get('skip_ssl_verify'));
  if (clear === undefined || blind === undefined)
    return fail('has an option that is neither true nor false', 'write true or false');
  if (clear && scheme === 'smtps')
    return fail('says smtps:// and disable_starttls', 'smtps is encrypted from the start: remove the option');
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port,
    user: user === '' ? undefined : user,
    password: user === '' ? undefined : password,
    tls: scheme === 'smtps' ? 'implicit' : clear ? 'none' : 'starttls',
    verify: !blind,
    serverName: query.get('server_name') ?? undefined,
  };
}

const OPTIONS: readonly string[] = ['disable_starttls', 'skip_ssl_verify', 'server_name'];

function truth(text: string | null): boolean | undefined {
  if (text === null || text === 'false' || text === '0') return false;
  return text === 'true' || text === '1' ? true : undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // A broken percent escape: the caller reports it, without quoting a password.
    return undefined;
  }
}
