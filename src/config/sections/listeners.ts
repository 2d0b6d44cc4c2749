import { parseConfiguredUrl } from '../../kernel/return-url.ts';
import { readCors } from './cors.ts';
import type { Config, Listener } from '../config.ts';
import type { LoadContext } from './load-context.ts';
import type { TypedValues } from './typed-values.ts';
import { isLoopback } from '../../kernel/loopback.ts';

const isEverywhere = (host: string): boolean => ['0.0.0.0', '::', '[::]'].includes(host);

export function readListeners(values: TypedValues, context: LoadContext): Config['serve'] {
  const front = readListener('public', values, context);
  const admin = readListener('admin', values, context);
  const { command, problems } = context;
  if (front.host === admin.host && front.port === admin.port) {
    problems.error(
      values.at('serve.admin.port'),
      'duplicate',
      `is ${admin.port}, the port of the public listener`,
      'give each listener a port of its own',
    );
  }
  if (command === 'serve' && !isLoopback(admin.host)) {
    problems.warn(
      values.at('serve.admin.host'),
      'unsafe',
      'opens the admin API beyond this machine, without authentication',
      'listen on 127.0.0.1, or let only trusted networks reach it',
    );
  }
  const trustedProxies = {
    count: values.number('serve.public.trusted_proxies.count'),
    header: values.text('serve.public.trusted_proxies.header'),
  };
  readDomainAliases(values, context);
  const host = URL.parse(front.baseUrl)?.hostname ?? '';
  if (command === 'serve' && trustedProxies.count === 0 && !isLoopback(host)) {
    problems.warn(
      values.at('serve.public.trusted_proxies.count'),
      'unsafe',
      'is 0: requests of 127.0.0.1 and ::1 do not count against network limits',
      'behind a proxy write how many proxies add to the header',
    );
  }
  if (command === 'serve' && !context.dev && front.baseUrl.startsWith('http:') && !isLoopback(host)) {
    problems.warn(
      values.at('serve.public.base_url'),
      'unsafe',
      'is not https, so browsers keep none of its Secure cookies',
      'write the https URL people use, or start with --dev',
    );
  }
  return {
    public: { ...front, cors: readCors(values, context), trustedProxies },
    admin,
    drainDelay: context.dev && !values.has('serve.drain_delay') ? 0 : values.number('serve.drain_delay'),
  };
}

/** v0.6 to v0.8 could have several public addresses; there is one today. */
function readDomainAliases(values: TypedValues, { problems }: LoadContext): void {
  const found = values.find('serve.public.domain_aliases');
  if (found === undefined) return;
  if (found.items.length === 0)
    problems.warn(found.at, 'no-effect', 'is empty', 'remove it: there is one public address');
  else
    problems.error(
      found.at,
      'refused',
      'is set',
      'one public address: write `serve.public.base_url`; for cookies across subdomains `cookies.domain`',
    );
}

function readListener(
  name: 'public' | 'admin',
  values: TypedValues,
  { command, dev, machine, problems, listening }: LoadContext,
): Listener {
  const key = (part: string): string => `serve.${name}.${part}`;
  let host = values.text(key('host'));
  if (host.startsWith('unix:')) {
    problems.error(
      values.at(key('host')),
      'wrong-value',
      'names a unix socket, which this build cannot listen on yet',
      'write an address such as 127.0.0.1: on a port others can ask, so nothing is chosen for you',
    );
  } else if (command === 'dev' && !isLoopback(host)) {
    problems.warn(values.at(key('host')), 'no-effect', `is ${host}`, '`sallyport dev` listens on 127.0.0.1 only');
    host = '127.0.0.1';
  }
  const port = listening?.[name].port ?? values.number(key('port'));
  host = listening?.[name].host ?? host;
  const reached = isEverywhere(host)
    ? machine.hostname.toLowerCase()
    : host.includes(':') && !host.startsWith('[')
      ? `[${host}]`
      : host;
  const written = values.maybeText(key('base_url')) ?? `${dev ? 'http' : 'https'}://${reached}:${port}/`;
  const parsed = parseConfiguredUrl(written);
  if (typeof parsed !== 'string') {
    problems.error(
      { ...values.at(key('host')), path: key('base_url') },
      'missing',
      'cannot be made from host and port',
      'write it',
    );
  } else if (/[?#]/.test(written)) {
    problems.error(values.at(key('base_url')), 'wrong-value', 'has a query or a fragment', 'end it with its path');
  }
  return {
    host,
    port,
    baseUrl: written.replace(/\/+$/, ''),
    writtenBaseUrl: written,
    hosts: values.strings(key('hosts')),
    requestLogForHealth: !values.flag(key('request_log.disable_for_health')),
  };
}
