import type { Context } from 'koa';
import type { Config } from '../config/config.ts';
import type { Requester } from '../engine/contract.ts';
import type { MembersOf } from '../event/catalogue.ts';
import type { SecurityEvents } from '../event/security-events.ts';
import { PUBLIC_BODY, readBody } from '../http/middleware/body.ts';
import { createCsrf, type Csrf, type CsrfDependencies } from '../http/middleware/csrf.ts';
import { createDeviceCookie, NO_DEVICE_COOKIE, type DeviceCookie } from '../http/middleware/device-cookie.ts';
import type { Errors } from '../http/middleware/errors.ts';
import { createMailedCodeCookie } from '../http/middleware/mailed-code-cookie.ts';
import { createFetchMetadata } from '../http/middleware/fetch-metadata.ts';
import { createSessionCookie, type SessionCookie } from '../http/middleware/session-cookie.ts';
import { createPresentedSession } from '../http/middleware/presented-session.ts';
import type { HttpContext } from '../http/self-service/context.ts';
import { createLoopGuard } from '../http/self-service/loop-guard.ts';
import { shownRequestUrl } from '../http/self-service/request-url.ts';
import { createStoredErrors } from '../http/self-service/stored-errors.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { createKeyring } from '../secret/keyring.ts';
import { createSigner } from '../secret/sign.ts';
import { hashToken, logoutTokenOf, sameToken } from '../secret/token.ts';
import type { SessionWithIdentity } from '../session/session.ts';
import { createTokenizer } from '../session/tokenizer.ts';
import type { Store } from '../store/store.ts';
import type { Log } from '../telemetry/log.ts';
import type { BuiltEngine } from './build-engine.ts';
import { createClientAddress, type ClientAddress } from './client-address.ts';
import type { Configuration } from './configuration.ts';
import { createKratosTokens } from './kratos-tokens.ts';
import { createUsableSession } from './usable-session.ts';

export interface HttpContextSetup {
  readonly built: Pick<BuiltEngine, 'engine' | 'limits' | 'providers' | 'report'>;
  readonly store: Pick<Store, 'sessions' | 'errors' | 'transaction'>;
  readonly clock: Clock;
  readonly random: Random;
  /** Origins whose pages may send forms here. */
  readonly origins: readonly string[];
  readonly errorJson: Errors['json'];
  readonly events: SecurityEvents;
  readonly log: Pick<Log, 'warn'>;
}

/** Builds the context of the public routes: cookies, CSRF, the session of a request, the engine. */
export function buildHttpContext(
  { config, schemas, tokenTemplates }: Configuration,
  setup: HttpContextSetup,
): HttpContext {
  const { built, store, clock, random, origins, errorJson, events, log } = setup;
  const { engine, limits, providers } = built;
  const { cookies, devices } = buildCookies(config, { clock, random });
  const refused = (why: MembersOf<'csrf.refused'>['why']): void => events.refused('csrf.refused', { why });
  const csrf = buildCsrf(config, random, refused);
  const { clientIp, network } = createClientAddress(config.serve.public.trustedProxies, log);

  const anySessionOf = (token: string): Promise<SessionWithIdentity | undefined> =>
    store.sessions.findByToken(hashToken(token));
  const lookUp = createPresentedSession({
    cookies,
    clock,
    find: createUsableSession({ ...setup, config, find: anySessionOf, report: built.report }),
    conflict: (identities) => events.refused('session.conflict', { identities }),
  });
  const presented: HttpContext['presented'] = (ctx) => (ctx.state['presented'] ??= lookUp(ctx));
  const requesterOf = createRequesterOf({ presented, clientIp, network, config, devices }, csrf);
  return {
    engine,
    config,
    schemas,
    clock,
    limits,
    errors: createStoredErrors({ rows: store.errors, clock, random, dev: config.dev }),
    cookies,
    mailedCode: createMailedCodeCookie({
      keyring: createKeyring(config.secrets.cookie, 'mailed-code'),
      clock,
      settings: config.session.cookie,
      baseUrl: config.serve.public.baseUrl,
    }),
    devices,
    csrf,
    loops: createLoopGuard(clock),
    sites: createFetchMetadata({ origins, refused }),
    presented,
    network,
    session: async (ctx) => (await presented(ctx))?.session,
    anySessionOf,
    requester: (ctx) => (ctx.state['requester'] ??= requesterOf(ctx)),
    body: (ctx) => (ctx.state['body'] ??= readBody(ctx, PUBLIC_BODY)),
    errorJson,
    logoutToken: logoutTokenOf,
    sameSecret: sameToken,
    tokenizer: createTokenizer({
      templates: tokenTemplates,
      issuer: config.serve.public.writtenBaseUrl,
      clock,
      random,
    }),
    providers,
  };
}

interface RequesterParts extends ClientAddress, Pick<HttpContext, 'presented' | 'config'> {
  readonly devices: Pick<DeviceCookie, 'read'>;
}

function createRequesterOf(
  { presented, clientIp, network, config, devices }: RequesterParts,
  csrf: Csrf,
): (ctx: Context) => Promise<Requester> {
  return async (ctx) => {
    const found = await presented(ctx);
    let nextCsrf: string | undefined;
    return {
      session: found?.session,
      byCookie: found?.by === 'cookie',
      headers: headersOf(ctx),
      ip: clientIp(ctx.req),
      network: network(ctx),
      userAgent: userAgentOf(ctx),
      request: { method: ctx.method, url: shownRequestUrl({ config }, ctx) },
      // Most requests need none.
      get nextCsrf() {
        return (nextCsrf ??= csrf.fresh());
      },
      devices: devices.read(ctx),
      bindings: csrf.halves(ctx, found?.session?.session.id),
    };
  };
}

/** The cookie of the session, and the one by which an account knows the browser again. */
function buildCookies(
  { limits, secrets, session, serve }: Config,
  { clock, random }: Pick<HttpContextSetup, 'clock' | 'random'>,
): { readonly cookies: SessionCookie; readonly devices: DeviceCookie } {
  const { baseUrl } = serve.public;
  const keyring = createKeyring(secrets.cookie, 'session-cookie');
  const foreignToken = createKratosTokens({ secrets, session }, clock);
  const cookies = createSessionCookie({ keyring, clock, settings: session.cookie, baseUrl, foreignToken });
  if (!limits.devices) return { cookies, devices: NO_DEVICE_COOKIE };
  const devices = createDeviceCookie({
    keyring: createKeyring(secrets.cookie, 'device'),
    clock,
    random,
    session: session.cookie,
    baseUrl,
  });
  return { cookies, devices };
}

function buildCsrf(config: Config, random: Random, refused: CsrfDependencies['refused']): Csrf {
  return createCsrf({
    signer: createSigner(config.secrets.cookie, 'csrf'),
    random,
    settings: config.cookies,
    writtenBaseUrl: config.serve.public.writtenBaseUrl,
    refused,
  });
}

/** One text for each header; several values of one name are joined. */
function headersOf(ctx: Context): Requester['headers'] {
  const entries = Object.entries(ctx.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return Object.fromEntries(entries) as Requester['headers']; // each value is a text
}

/** Characters of a User-Agent that are stored with a session. */
const LONGEST_AGENT = 512;

function userAgentOf(ctx: Context): string | undefined {
  const text = ctx.get('User-Agent');
  return text === '' ? undefined : text.slice(0, LONGEST_AGENT);
}
