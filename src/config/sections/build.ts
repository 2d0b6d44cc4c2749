import { join, resolve } from 'node:path';
import type { Config, Dsn, HookList } from '../config.ts';
import { FEATURE_FLAGS } from '../schema/feature-flags.ts';
import { readCookies } from './cookies.ts';
import { readCourier } from './courier-settings.ts';
import { parseDsn } from './dsn.ts';
import { readFlows, readReturnUrls } from './flow-settings.ts';
import { readHashers } from './hashers.ts';
import { readIdentity } from './identity-schemas.ts';
import { readListeners } from './listeners.ts';
import type { Methods } from './methods.ts';
import { readSecrets } from './secrets.ts';
import type { LoadContext } from './load-context.ts';
import type { TypedValues } from './typed-values.ts';

export interface Parts extends Methods {
  readonly lists: readonly HookList[];
}

/** Everything checked, put together; what is wrong between keys is reported on the way. */
export function buildConfig(values: TypedValues, { methods, notOffered, lists }: Parts, context: LoadContext): Config {
  const serve = readListeners(values, context);
  const { baseUrl } = serve.public;
  const { cookies, session } = readCookies(values, context, baseUrl);
  const lifespan = values.number('session.lifespan');
  const config: Config = {
    dev: context.dev,
    files: context.files,
    folder: context.folder,
    dialect: context.dialect,
    dsn: readDsn(values, context),
    serve,
    ...readReturnUrls(values, baseUrl, context),
    flows: readFlows(values, baseUrl, context),
    methods,
    notOffered,
    identity: readIdentity(values, context),
    secrets: readAllSecrets(values, context),
    hashers: readHashers(
      values,
      {
        floor: !context.dev && (context.command === 'serve' || context.command === 'check'),
        totalMemory: context.machine.totalMemory,
        dialect: context.dialect,
      },
      context.problems,
    ),
    session: {
      lifespan,
      earliestExtend: Math.min(values.maybeNumber('session.earliest_possible_extend') ?? lifespan, lifespan),
      requiredAal: values.choice('session.whoami.required_aal', ['aal1', 'highest_available']),
      cookie: session,
    },
    cookies,
    courier: readCourier(values, context, baseUrl),
    clients: readClients(values, context),
    enumerationMitigation: values.flag('security.account_enumeration.mitigate'),
    limits: {
      passwordFailures: budget(values, 'password_failures'),
      codeFailures: budget(values, 'code_failures'),
      sendsAtOnce: budget(values, 'sends_at_once'),
      sends: budget(values, 'sends'),
      sendsADay: budget(values, 'sends_a_day'),
      networkSends: budget(values, 'network_sends'),
      registrations: budget(values, 'registrations'),
      flows: budget(values, 'flows'),
    },
    journal: { keep: values.number('journal.keep'), sample: values.number('journal.sample') },
    log: readLog(values, context.dev),
    featureFlags: readFeatureFlags(values),
    revision: values.maybeText('revision'),
    watchCourier: values.flag('watch-courier'),
    exposeMetricsPort: values.number('expose-metrics-port'),
    plugins: (values.find('plugins')?.items ?? []).flatMap((item) =>
      'value' in item && typeof item.value === 'string'
        ? [
            {
              name: /^\.{0,2}\//.test(item.value) ? resolve(context.folder, item.value) : item.value,
              place: item.at.place,
            },
          ]
        : [],
    ),
    lists,
  };
  warnOfMails(config, values, context);
  warnOfEnumeration(config, context);
  return config;
}

const budget = (values: TypedValues, name: string): Config['limits']['flows'] => ({
  tries: values.number(`limits.${name}.tries`),
  per: values.number(`limits.${name}.per`),
});

function readDsn(values: TypedValues, { command, cwd, stateFolder, machine, problems }: LoadContext): Dsn {
  const text = values.maybeText('dsn');
  if (text !== undefined) {
    return parseDsn(text, { cwd, cores: machine.cores, at: values.at('dsn'), problems }) ?? { kind: 'memory' };
  }
  if (command === 'dev') return { kind: 'sqlite', file: join(stateFolder, 'sallyport.sqlite') };
  if ((command === 'serve' || command === 'migrate') && !values.has('dsn')) {
    problems.error(
      { path: 'dsn', place: undefined },
      'missing',
      'is missing',
      'name the database: sqlite://…, mysql://… or memory',
    );
  }
  return { kind: 'memory' };
}

function readAllSecrets(
  values: TypedValues,
  { command, dialect, devSecrets, problems }: LoadContext,
): Config['secrets'] {
  const warn = command === 'serve';
  const read = (name: string): readonly string[] =>
    readSecrets(values.find(`secrets.${name}`), name === 'cipher', warn, problems);
  const general = read('default');
  const own = read('cookie');
  const cookie = own.length > 0 ? own : general;
  const written = values.has('secrets.cookie') || values.has('secrets.default');
  const broken = ['secrets.cookie', 'secrets.default'].some((key) => values.has(key) && !values.find(key));
  if (cookie.length === 0 && !broken && (command === 'serve' || (command === 'check' && written))) {
    const path = values.find('secrets.cookie')?.at ?? {
      path: dialect === 'current' ? 'secrets.cookie' : 'secrets.session',
      place: undefined,
    };
    problems.error(
      path,
      'missing',
      written ? 'holds no secret' : 'is missing',
      'cookies are sealed: write at least one secret of 32 characters',
    );
  }
  const cipher = read('cipher');
  if (warn && cipher.length === 0 && !values.has('secrets.cipher')) {
    problems.warn(
      { path: 'secrets.cipher', place: undefined },
      'unsafe',
      'is missing',
      'write 32 characters, so that what is confidential is stored encrypted',
    );
  }
  const pagination = read('pagination');
  const made = devSecrets === undefined ? [] : [devSecrets.cookie];
  const cookies = cookie.length > 0 ? cookie : made;
  return {
    cookie: cookies,
    cipher: cipher.length > 0 || devSecrets === undefined ? cipher : [devSecrets.cipher],
    pagination: pagination.length > 0 ? pagination : cookies,
  };
}

const NEVER_HANDED_ON = [
  'cookie',
  'authorization',
  'proxy-authorization',
  'x-session-token',
  'x-csrf-token',
  'x-xsrf-token',
];

function readClients(values: TypedValues, { problems }: LoadContext): Config['clients'] {
  const key = 'clients.web_hook.header_allowlist';
  const headers = values.strings(key).map((name) => name.toLowerCase());
  const secret = headers.filter((name) => NEVER_HANDED_ON.includes(name));
  if (secret.length > 0)
    problems.error(
      values.at(key),
      'unsafe',
      `holds ${secret.join(', ')}`,
      'these headers carry credentials and are never handed on: remove them',
    );
  return {
    disallowPrivateRanges: values.flag('clients.http.disallow_private_ip_ranges'),
    privateExceptions: values.strings('clients.http.private_ip_exception_urls'),
    hookHeaders: headers,
  };
}

function readLog(values: TypedValues, dev: boolean): Config['log'] {
  const written = values.choice('log.level', [
    'trace',
    'debug',
    'info',
    'warning',
    'warn',
    'error',
    'fatal',
    'panic',
    'silent',
  ]);
  const level = written === 'warning' ? 'warn' : written === 'panic' ? 'fatal' : written;
  const format = values.maybeText('log.format') ?? (dev ? 'text' : 'json');
  return { level, format: format === 'text' ? 'text' : 'json' };
}

function readFeatureFlags(values: TypedValues): Config['featureFlags'] {
  const pairs = FEATURE_FLAGS.flatMap((name) => {
    const value = values.find(`feature_flags.${name}`)?.value;
    if (typeof value === 'number') return [[name, `${value}ms`] as const];
    return typeof value === 'boolean' || typeof value === 'string' ? [[name, value] as const] : [];
  });
  return Object.fromEntries(pairs);
}

function warnOfMails({ flows, courier, lists }: Config, values: TypedValues, { command, problems }: LoadContext): void {
  const listed = lists
    .flatMap(({ entries }) => entries)
    .find(({ hook }) => hook === 'verify' || hook === 'verification');
  const reason =
    listed?.path ?? (flows.verification.enabled || flows.recovery.enabled ? 'selfservice.flows' : undefined);
  if (
    command !== 'serve' ||
    reason === undefined ||
    courier.smtp ||
    courier.http ||
    values.has('courier.smtp.connection_uri')
  )
    return;
  problems.warn(
    { path: 'courier.smtp.connection_uri', place: undefined },
    'mail-goes-nowhere',
    `is missing, but ${reason} sends mails`,
    'they stay in the outbox until it is set',
  );
}

/** Warns once that a session after registration reveals whether an address was free (security EN-2). */
function warnOfEnumeration({ lists, enumerationMitigation }: Config, { files, problems }: LoadContext): void {
  const entry = lists
    .filter(({ flow, point }) => flow === 'registration' && point === 'after')
    .flatMap(({ entries }) => entries)
    .find(({ hook }) => hook === 'session');
  if (entry === undefined || files.length === 0) return;
  const found = 'signs people in when they register, so the answer tells whether an address was free';
  const allowed = enumerationMitigation
    ? 'security.account_enumeration.mitigate cannot hold for registration: remove the hook'
    : 'remove the hook if accounts must not be guessed';
  problems.warn(entry, 'account-revealed', found, allowed);
}
