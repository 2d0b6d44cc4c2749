import type { Config } from '../config.ts';
import type { LoadContext } from './load-context.ts';
import type { TypedValues } from './typed-values.ts';

/** Request headers that carry credentials: no hook ever sees them. */
const NEVER_HANDED_ON = [
  'cookie',
  'authorization',
  'proxy-authorization',
  'x-session-token',
  'x-csrf-token',
  'x-xsrf-token',
];

export function readClients(values: TypedValues, { problems }: LoadContext): Config['clients'] {
  const key = 'clients.web_hook.header_allowlist';
  const headers = values.strings(key).map((name) => name.toLowerCase());
  const secret = headers.filter((name) => NEVER_HANDED_ON.includes(name));
  if (secret.length > 0)
    problems.error(
      values.at(key),
      'weak',
      `holds ${secret.join(', ')}`,
      'these headers carry credentials and are never handed on: remove them',
    );
  return {
    disallowPrivateRanges: values.flag('clients.http.disallow_private_ip_ranges'),
    privateExceptions: values.strings('clients.http.private_ip_exception_urls'),
    hookHeaders: headers,
  };
}
