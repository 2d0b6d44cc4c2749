import { isObject } from '../../kernel/json.ts';
import type { Found } from '../checked.ts';
import type { Config } from '../config.ts';
import type { ContentSource, HttpRequestSettings, TemplateOverride } from '../courier-config.ts';
import type { SmtpSettings } from '../../kernel/smtp-settings.ts';
import type { At } from '../source/yaml-tree.ts';
import { OWNER_NOTICES } from '../../kernel/owner-notice.ts';
import { findPath } from '../source/content.ts';
import { parseSmtpUri } from './smtp.ts';
import type { LoadContext } from './load-context.ts';
import { readOwnerNotices } from './owner-notices.ts';
import { readOldSms, sayOldSmtp } from './old-courier.ts';
import type { TypedValues } from './typed-values.ts';

export function readCourier(values: TypedValues, context: LoadContext, publicUrl: string): Config['courier'] {
  const { command, folders, problems } = context;
  const byHttp = values.choice('courier.delivery_strategy', ['smtp', 'http']) === 'http';
  const http = byHttp
    ? readRequest((key) => values.find(`courier.http.request_config.${key}`), 'courier.http.request_config', context)
    : undefined;
  if (byHttp && http === undefined && !values.has('courier.http.request_config.url')) {
    problems.error(
      values.at('courier.delivery_strategy'),
      'contradiction',
      'is http',
      'write courier.http.request_config too',
    );
  }
  const smtp = readSmtp(values, context, publicUrl);
  sayOldSmtp(values, context);
  const written = (values.find('courier.channels')?.items ?? []).flatMap((item) => {
    if (!('values' in item)) return [];
    const id = item.values.get('id')?.value;
    const request = readRequest(
      (key) => item.values.get(`request_config.${key}`),
      `${item.at.path}.request_config`,
      context,
    );
    return typeof id === 'string' && request ? [{ id, request, at: item.at }] : [];
  });
  const sms = readRequest((key) => values.find(`courier.sms.request_config.${key}`), 'courier.sms', context);
  const channels = [...written, ...readOldSms(values, context, sms)];
  for (const [i, { id, at }] of channels.entries()) {
    if (channels.some((other, j) => j < i && other.id === id))
      problems.error(at, 'duplicate', `is a second channel ${JSON.stringify(id)}`, 'keep one of them');
  }
  const templates = values.maybeText('courier.template_override_path');
  const sends = smtp !== undefined || http !== undefined;
  const keep = command === 'dev' && !sends;
  return {
    smtp,
    keep,
    pullCount: values.number('courier.worker.pull_count'),
    pullWait: values.number('courier.worker.pull_wait'),
    lease: readLease(values, problems),
    templateFolder: templates === undefined ? undefined : findPath(templates.replace(/^file:\/\//, ''), folders),
    overrides: readOverrides(values),
    channels: channels.map(({ id, request }) => ({ id, request })),
    http,
    notify: readOwnerNotices(values, context, { delivers: sends || channels.length > 0, keeps: keep }),
  };
}

const SHORTEST_LEASE = 10_000;

function readLease(values: TypedValues, problems: LoadContext['problems']): number {
  const lease = values.number('courier.worker.lease');
  if (lease < SHORTEST_LEASE)
    problems.error(
      values.at('courier.worker.lease'),
      'wrong-value',
      'is too short for a mail server to answer in',
      'write at least 10s',
    );
  return lease;
}

const MESSAGES = [
  'recovery',
  'recovery_code',
  'verification',
  'verification_code',
  'login_code',
  'registration_code',
  ...OWNER_NOTICES.map((name) => `notify_${name}`),
];
const PARTS = [
  ['email.subject', 'subject'],
  ['email.body.html', 'html'],
  ['email.body.plaintext', 'text'],
  ['sms.body.plaintext', 'sms'],
] as const;

function readOverrides(values: TypedValues): readonly TemplateOverride[] {
  return MESSAGES.flatMap((message) =>
    ['valid', 'invalid'].flatMap((state) =>
      PARTS.flatMap(([key, part]) => {
        const source = sourceOf(values.find(`courier.templates.${message}.${state}.${key}`));
        return source === undefined ? [] : [{ folder: `${message}/${state}`, part, source }];
      }),
    ),
  );
}

function sourceOf(found: Found | undefined): ContentSource | undefined {
  if (typeof found?.value !== 'string') return undefined;
  const { path, place } = found.at;
  return { uri: found.value, path, place };
}

/** A client certificate and its key; one without the other is an error. */
function readClientCertificate(
  values: TypedValues,
  { problems, folders }: LoadContext,
): SmtpSettings<ContentSource>['clientCertificate'] {
  const [cert, key] = ['courier.smtp.client_cert_path', 'courier.smtp.client_key_path'].map((name) => {
    const written = values.maybeText(name) ?? '';
    if (written === '') return undefined;
    return { uri: `file://${findPath(written.replace(/^file:\/\//, ''), folders)}`, ...values.at(name) };
  });
  if (cert !== undefined && key !== undefined) return { cert, key };
  const alone = cert ?? key;
  if (alone !== undefined)
    problems.error(
      alone,
      'contradiction',
      'is written alone',
      'write courier.smtp.client_cert_path and courier.smtp.client_key_path',
    );
  return undefined;
}

function readSmtp(
  values: TypedValues,
  context: LoadContext,
  publicUrl: string,
): SmtpSettings<ContentSource> | undefined {
  const { problems } = context;
  const found = values.find('courier.smtp.connection_uri');
  if (typeof found?.value !== 'string') return undefined;
  const server = parseSmtpUri(found.value, found.at, problems);
  if (server === undefined) return undefined;
  const host = URL.parse(publicUrl)?.hostname ?? 'localhost';
  return {
    ...server,
    // Mail cannot come from an address literal such as [192.0.2.1]: that is no domain.
    fromAddress:
      values.maybeText('courier.smtp.from_address') ??
      `no-reply@${/[a-z]/.test(host) && !host.includes(':') ? host : 'localhost'}`,
    fromName: values.maybeText('courier.smtp.from_name'),
    headers: values.record('courier.smtp.headers'),
    localName: values.text('courier.smtp.local_name'),
    clientCertificate: readClientCertificate(values, context),
  };
}

function readRequest(
  find: (key: string) => Found | undefined,
  path: string,
  { problems }: LoadContext,
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
    at: { path, place: find('url')?.at.place },
    url,
    method: text('method') ?? 'POST',
    headers: Object.fromEntries(pairs.filter((pair): pair is [string, string] => typeof pair[1] === 'string')),
    body: sourceOf(find('body')),
    auth: readAuth(text, { path: `${path}.auth.config`, place: find('auth.type')?.at.place }, problems),
  };
}

function readAuth(
  text: (key: string) => string | undefined,
  { path, place }: At,
  problems: LoadContext['problems'],
): HttpRequestSettings['auth'] {
  const type = text('auth.type');
  const part = (key: string): string => {
    const value = text(`auth.config.${key}`);
    if (value === undefined)
      problems.error({ path: `${path}.${key}`, place }, 'missing', 'is missing', `auth of type ${type} needs it`);
    return value ?? '';
  };
  if (type === 'basic_auth') return { type, user: part('user'), password: part('password') };
  if (type !== 'api_key') return undefined;
  return { type, name: part('name'), value: part('value'), in: part('in') === 'cookie' ? 'cookie' : 'header' };
}
