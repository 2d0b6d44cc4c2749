import type { SmtpSettings } from '../../kernel/smtp-settings.ts';
import type { Problems } from '../source/problems.ts';
import type { At } from '../source/yaml-tree.ts';
import { parseBoolean } from '../../kernel/boolean.ts';

/** What a connection URI says. */
export type SmtpConnection = Pick<
  SmtpSettings<never>,
  'host' | 'port' | 'user' | 'password' | 'tls' | 'verify' | 'serverName'
>;

/** `smtp[s]://user:pass@host:port/?options`; `undefined` after an error was reported. No message ever quotes it. */
export function parseSmtpUri(text: string, at: At, problems: Problems): SmtpConnection | undefined {
  const fail = (found: string, allowed: string): undefined => void problems.error(at, 'wrong-value', found, allowed);
  const odd = (found: string, allowed: string): void => problems.warn(at, 'safe-reading', found, allowed);
  const form = 'write smtp://user:password@host:port/ or smtps://…, with user and password URL-encoded';
  const match = /^(smtps?):\/\/(?:([^@/?#]*)@)?(\[[0-9a-fA-F:.]+\]|[^@:/?#\s]+)(?::(\d*))?\/?(?:\?([^#]*))?$/.exec(
    text,
  );
  if (!match) return fail('is ‹hidden›, which is not an SMTP address', form);
  const [, scheme, account = '', host = '', portText, options = ''] = match;
  const usual = scheme === 'smtps' ? 465 : account === '' ? 25 : 587;
  const port = portText ? Number(portText) : usual;
  if (port < 1 || port > 65_535) return fail('has a port that is none', 'write host:port, such as :465, :587 or :25');
  if (!portText) odd('names no port', `port ${usual} is used`);
  const colon = account.indexOf(':');
  const user = decoded(colon === -1 ? account : account.slice(0, colon));
  const password = decoded(colon === -1 ? '' : account.slice(colon + 1));
  if (user === undefined || password === undefined) return fail('has a user or password that is not URL-encoded', form);
  const query = new URLSearchParams(options);
  // The name itself could be a piece of a password that holds `?`.
  for (const name of new Set(query.keys()))
    if (!OPTIONS.includes(name))
      odd('has an option that is not known', `it has no effect; known: ${OPTIONS.join(', ')}`);
  // What would take protection away counts only where it is said plainly.
  const says = (name: string): boolean => {
    const value = truth(query.get(name));
    if (value === undefined) odd(`has the option ${name}, neither true nor false`, 'it is read as false');
    return value ?? false;
  };
  const clear = says('disable_starttls');
  const blind = says('skip_ssl_verify');
  const legacy = says('legacy_ssl');
  if (legacy)
    odd(
      'has the option legacy_ssl',
      scheme === 'smtps' ? 'smtps:// says it already' : 'write smtps:// for TLS from the first byte',
    );
  const implicit = scheme === 'smtps' || legacy;
  if (clear && implicit) odd('has the option disable_starttls', 'it has no effect: TLS begins with the first byte');
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port,
    user: user === '' ? undefined : user,
    password: user === '' ? undefined : password,
    tls: implicit ? 'implicit' : clear ? 'none' : 'starttls',
    verify: !blind,
    serverName: query.get('server_name') ?? undefined,
  };
}

const OPTIONS: readonly string[] = ['disable_starttls', 'skip_ssl_verify', 'server_name', 'legacy_ssl'];

const truth = (text: string | null): boolean | undefined => (text === null ? false : parseBoolean(text));

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // A broken percent escape: the caller reports it, without quoting a password.
    return undefined;
  }
}
