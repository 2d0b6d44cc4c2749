import { isObject } from '../kernel/json.ts';
import type { Config, HttpRequestSettings, SmtpSettings } from './config.ts';
import { resolve } from 'node:path';
import { parseSmtpUri } from './smtp.ts';
import type { Start } from './start.ts';
import type { Values } from './values.ts';

export function readCourier(values: Values, start: Start, publicUrl: string): Config['courier'] {
  const { command, folder, report } = start;
  const byHttp = values.choice('courier.delivery_strategy', ['smtp', 'http']) === 'http';
  const http = byHttp
    ? readRequest((key) => values.find(`courier.http.request_config.${key}`), 'courier.http.request_config', start)
    : undefined;
  if (byHttp && http === undefined && !values.has('courier.http.request_config.url')) {
    report.error(values.at('courier.delivery_strategy'), 'is http', 'write courier.http.request_config too');
  }
  const smtp = readSmtp(values, start, publicUrl);
  const channels = (values.find('courier.channels')?.items ?? []).flatMap((item) => {
    if (!('values' in item)) return [];
    const id = item.values.get('id')?.value;
    const request = readRequest(
      (key) => item.values.get(`request_config.${key}`),
      `${item.at.path}.request_config`,
      start,
    );
    return typeof id === 'string' && request ? [{ id, request, at: item.at }] : [];
  });
  for (const [i, { id, at }] of channels.entries()) {
    if (channels.some((other, j) => j < i && other.id === id))
      report.error(at, `is a second channel ${JSON.stringify(id)}`, 'keep one of them');
  }
  const templates = values.maybeText('courier.template_override_path');
  return {
    smtp,
    keep: command === 'dev' && smtp === undefined && http === undefined,
    retries: values.number('courier.message_retries'),
    pullCount: values.number('courier.worker.pull_count'),
    pullWait: values.number('courier.worker.pull_wait'),
    templateFolder: templates === undefined ? undefined : resolve(folder, templates.replace(/^file:\/\//, '')),
    channels: channels.map(({ id, request }) => ({ id, request })),
    http,
  };
}

function readSmtp(values: Values, { report }: Start, publicUrl: string): SmtpSettings | undefined {
  const found = values.find('courier.smtp.connection_uri');
  if (typeof found?.value !== 'string') return undefined;
  const server = parseSmtpUri(found.value, found.at, report);
  if (server === undefined) return undefined;
  const host = URL.parse(publicUrl)?.hostname ?? 'localhost';
  return {
    ...server,
    // An address literal is no domain mail could come from.
    fromAddress:
      values.maybeText('courier.smtp.from_address') ??
      `no-reply@${/[a-z]/.test(host) && !host.includes(':') ? host : 'localhost'}`,
    fromName: values.maybeText('courier.smtp.from_name'),
    headers: values.record('courier.smtp.headers'),
    localName: values.text('courier.smtp.local_name'),
  };
}

function readRequest(
  find: (key: string) => { readonly value: unknown } | undefined,
  path: string,
  { report }: Start,
): HttpRequestSettings | undefined {
  const text = (key: string): string | undefined => {
    const value = find(key)?.value;
    return typeof value === 'string' ? value : undefined;
  };
  const url = text('url');
  if (url === undefined) return undefined;
  const headers = find('headers')?.value;
  const pairs = isObject(headers) ? Object.entries(headers) : [];
  return {
    url,
    method: text('method') ?? 'POST',
    headers: Object.fromEntries(pairs.filter((pair): pair is [string, string] => typeof pair[1] === 'string')),
    body: text('body'),
    auth: readAuth(text, `${path}.auth.config`, report),
  };
}

function readAuth(
  text: (key: string) => string | undefined,
  path: string,
  report: Start['report'],
): HttpRequestSettings['auth'] {
  const type = text('auth.type');
  const part = (key: string): string => {
    const value = text(`auth.config.${key}`);
    if (value === undefined)
      report.error({ path: `${path}.${key}`, place: undefined }, 'is missing', `auth of type ${type} needs it`);
    return value ?? '';
  };
  if (type === 'basic_auth') return { type, user: part('user'), password: part('password') };
  if (type !== 'api_key') return undefined;
  return { type, name: part('name'), value: part('value'), in: part('in') === 'cookie' ? 'cookie' : 'header' };
}
