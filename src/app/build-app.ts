import process from 'node:process';
import type Koa from 'koa';
import type { Context } from 'koa';
import { buildCourier } from './build-courier.ts';
import { readConfiguration, type Configuration } from './configuration.ts';
import { renderMessage } from '../courier/outbox.ts';
import { allowedFor } from '../engine/view/return-to.ts';
import { compileFlows } from '../engine/machine/compile-flows.ts';
import type { Requester } from '../engine/contract.ts';
import { createEngine } from '../engine/engine.ts';
import type { Runner } from '../engine/parts.ts';
import { createUnwritten } from '../engine/journal/journal-backlog.ts';
import { createCaller } from '../hook/call.ts';
import { hookFetch } from '../net/hook-fetch.ts';
import { createErrorFlows } from '../http/self-service/error-flows.ts';
import { createAdminApp } from './admin-listener.ts';
import { createFlowsParts } from '../http/console/flows-parts.ts';
import { createClientIp } from '../http/middleware/client-ip.ts';
import { createCsrf } from '../http/middleware/csrf.ts';
import { createErrors } from '../http/middleware/errors.ts';
import { createFetchMetadata } from '../http/middleware/fetch-metadata.ts';
import { createRequestLog } from '../http/middleware/request-log.ts';
import { createRequestId } from '../http/middleware/request-id.ts';
import { PUBLIC_BODY, readBody } from '../http/middleware/body.ts';
import { createSessionCookie } from '../http/middleware/session-cookie.ts';
import { presentedSession } from '../http/middleware/session-token.ts';
import { createPublicApp, type ListenerParts } from './public-listener.ts';
import { loginDoor } from '../http/self-service/routes/login.ts';
import { recoveryDoor } from '../http/self-service/routes/recovery.ts';
import { registrationDoor } from '../http/self-service/routes/registration.ts';
import { settingsDoor } from '../http/self-service/routes/settings.ts';
import { verificationDoor } from '../http/self-service/routes/verification.ts';
import { ADMIN_TIMEOUTS, listen, PUBLIC_TIMEOUTS, type Listening } from '../http/server.ts';
import type { Web } from '../http/self-service/context.ts';
import { publicIdentity } from '../identity/json.ts';
import { systemClock, type Clock } from '../kernel/clock.ts';
import { must, SallyportError } from '../kernel/error.ts';
import { formatIssue } from '../kernel/issue.ts';
import type { Random } from '../kernel/random.ts';
import { checkReturnUrl } from '../kernel/return-url.ts';
import { createOidc } from '../oidc.ts';
import { createLimits, type BudgetSettings } from '../limit/budgets.ts';
import { createLive } from '../http/console/recent-flows.ts';
import { createLog, type Log } from '../telemetry/log.ts';
import { createRequestScope } from '../telemetry/request-scope.ts';
import { createAssets } from '../pages/asset.ts';
import { createKeyring } from '../secret/keyring.ts';
import { systemRandom } from '../secret/random.ts';
import { createSigner } from '../secret/sign.ts';
import { hashToken, initCodes, keyedDigest, logoutTokenOf, sameToken, verifyDigests } from '../secret/token.ts';
import { usable } from '../session/lifetime.ts';
import type { SessionWithIdentity } from '../session/session.ts';
import { createStore } from '../store/knex/create-store.ts';
import { observeFlows } from '../store/flow-events.ts';
import type { Store } from '../store/store.ts';
import { createStrategies } from '../strategies.ts';
import { createMailing } from '../strategy/mailing.ts';
import { readVersion } from './version.ts';

/** What a test or an embedding may put in place of the real thing. */
export interface Overrides {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  readonly store?: Store;
  /** Sends mails from this process. */
  readonly watchCourier?: boolean;
  /** How many processes share this machine: each takes its part of processors and memory for hashes. */
  readonly processes?: number;
}

export interface Sallyport {
  /** For mounting into one's own server, or for tests without a port. */
  readonly public: Koa;
  readonly admin: Koa;
  readonly publicUrl: string;
  readonly adminUrl: string;
  /** Opens both listeners. */
  listen(): Promise<void>;
  /**
   * For who owns the process, once in it: from now on an error that nobody caught is reported against the hook that left
   * it behind, or else logged and handed to `end`; and a hook cannot end the process. The answer undoes it.
   */
  guardProcess(end: (error: unknown) => void): () => void;
  /** From now on `/health/ready` says 503 and each answer ends its connection; requests are taken as before. */
  drain(): void;
  /** Stops taking requests, finishes what is under way, closes what was opened, in reverse order. Once is enough. */
  close(): Promise<void>;
}

/** Milliseconds that what is being answered may take yet once nothing more is accepted. */
const FINISH = 10_000;

/** Reads a configuration and builds everything the server owns: Sallyport as a library. Throws with all that is wrong. */
export async function createSallyport(
  source: {
    readonly files: readonly string[];
    readonly dev?: boolean;
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string | undefined>>;
  },
  overrides: Overrides = {},
): Promise<Sallyport> {
  const { files, dev = false, cwd = process.cwd(), env = {} } = source;
  const { configuration, errors } = await readConfiguration({ files, env, cwd, command: 'serve', dev });
  if (configuration === undefined)
    throw new SallyportError('invalid_configuration', errors.map(formatIssue).join('\n'));
  return buildApp(configuration, overrides);
}

/** Everything the server owns, made once, in order. Opens no port yet. */
export async function buildApp(configuration: Configuration, overrides: Overrides = {}): Promise<Sallyport> {
  const { config, bound, schemas, mappers } = configuration;
  const { clock = systemClock, random = systemRandom } = overrides;
  const scope = createRequestScope();
  const { level, format } = config.log;
  const log =
    overrides.log ??
    createLog({ level, format, clock, write: (line) => void process.stderr.write(line), requestId: scope.current });
  const live = createLive(clock);
  const store = observeFlows(overrides.store ?? (await createStore(config.dsn, { clock, random, log })), live);

  const vault = createKeyring(
    config.secrets.cipher.length > 0 ? config.secrets.cipher : config.secrets.cookie,
    'vault',
  );
  const base = config.serve.public.baseUrl;
  const fetch = hookFetch(config);
  const courier = buildCourier(configuration, { store, clock, random, log });

  const hooks = createCaller({
    report: (fault) =>
      log.error(fault.message, {
        hook: fault.origin.hook,
        point: fault.origin.point,
        kind: fault.kind,
        ...(config.dev && { stack: fault.stack }),
      }),
    allowed: (url) => checkReturnUrl(url, { allowed: allowedFor(config, 'current'), base: config.defaultReturnUrl }),
  });
  const codeDigest = (purpose: string, code: string): string => keyedDigest(config.secrets.cookie, purpose, code);
  const codeDigests = (purpose: string, code: string): readonly string[] =>
    verifyDigests(config.secrets.cookie, purpose, code);
  const mailing = createMailing({
    random,
    codeDigest,
    hashToken,
    publicIdentity: (identity) => publicIdentity(identity, base),
    publicUrl: base,
  });
  const { identities } = store;
  const oidc = createOidc({ config, schemas, identities, clock, random, fetch, log, mappers });
  const strategies = createStrategies({
    processes: overrides.processes ?? 1,
    config,
    schemas,
    store,
    clock,
    random,
    mailing,
    codeDigests,
    oidc,
  });
  const runner: Runner = {
    config,
    flows: compileFlows(config, bound),
    strategies: strategies.byFlow,
    store,
    schemas,
    hooks,
    bound,
    outside: { fetch, log: { info: log.info, warn: log.warn } },
    limits: createLimits(store.limits, budgetsOf(config), clock),
    clock,
    random,
    sealing: {
      hashToken,
      initCode: (flow) => must(initCodes(config.secrets.cookie, flow)[0], 'A secret for exchange codes'),
      initCodes: (flow) => initCodes(config.secrets.cookie, flow),
      sealVault: (text, about) => vault.seal(text, about),
      openVault: (box, about) => vault.open(box, about)?.toString('utf8'),
    },
    mailing,
    render: (mail) =>
      renderMessage(mail, { templates: configuration.courier.templates, clock, random, publicUrl: base }),
    unwritten: createUnwritten(store),
    nudge: () => overrides.watchCourier === true && courier.nudge(),
    report: (error, { flow, state }) =>
      log.error(error instanceof Error ? error.message : 'unknown error', { flow, state, error }),
    publicIdentity: (identity) => publicIdentity(identity, base),
  };

  const errors = createErrors({ dev: config.dev, requestId: scope.current, log });
  const cookies = createSessionCookie({
    keyring: createKeyring(config.secrets.cookie, 'session-cookie'),
    clock,
    settings: config.session.cookie,
    baseUrl: base,
  });
  const csrf = createCsrf({
    signer: createSigner(config.secrets.cookie, 'csrf'),
    random,
    settings: config.cookies,
    writtenBaseUrl: config.serve.public.writtenBaseUrl,
  });
  const origins = originsOf(configuration);
  const sites = createFetchMetadata({ origins });
  const clientIp = createClientIp(config.serve.public.trustedProxies);
  const version = await readVersion();
  const engine = createEngine(runner);
  const web: Web = {
    engine,
    runner,
    cookies,
    csrf,
    sites,
    version,
    oidc: oidc?.door(runner),
    logoutToken: logoutTokenOf,
    sameSecret: sameToken,
    presented: (ctx) => presentedSession(ctx, cookies),
    session: (ctx) => (ctx.state['signedIn'] ??= signedIn(ctx)),
    body: (ctx) => readBody(ctx, PUBLIC_BODY),
    errorJson: (error, ctx) => errors.json(error, ctx),
    errorFlows: config.dev ? createErrorFlows() : undefined,
    requester: (ctx) => (ctx.state['requester'] ??= requesterOf(ctx)),
  };

  async function signedIn(ctx: Context): Promise<SessionWithIdentity | undefined> {
    const presented = presentedSession(ctx, cookies);
    const found = presented && (await store.sessions.findByToken(hashToken(presented.token)));
    return found && usable(found.session, found.identity, clock.now()) ? found : undefined;
  }

  async function requesterOf(ctx: Context): Promise<Requester> {
    const userAgent = ctx.get('User-Agent');
    return {
      session: await web.session(ctx),
      byCookie: presentedSession(ctx, cookies)?.by === 'cookie',
      headers: Object.fromEntries(
        Object.entries(ctx.headers).map(([name, value]) => [
          name,
          Array.isArray(value) ? value.join(', ') : (value ?? ''),
        ]),
      ),
      ip: clientIp(ctx.req),
      userAgent: userAgent === '' ? undefined : userAgent.slice(0, 512),
      nextCsrf: csrf.fresh(),
    };
  }

  const state = { draining: false };
  const assets = createAssets();
  const logsRequests = overrides.log !== undefined || level === 'debug' || level === 'trace';
  const partsOf = (health: boolean): ListenerParts => ({
    first: [
      createRequestId({ random, scope }),
      ...(logsRequests ? [createRequestLog({ log, clock, health })] : []),
      errors.middleware,
    ],
    draining: () => state.draining,
  });
  const publicApp = createPublicApp(web, partsOf(config.serve.public.requestLogForHealth), {
    doors: [loginDoor, registrationDoor, settingsDoor, verificationDoor, recoveryDoor],
    assets,
    formOrigins: origins,
    inboxUrl: config.dev && config.courier.keep ? `${config.serve.admin.baseUrl}/inbox` : undefined,
  });
  const sealed = createKeyring(config.secrets.pagination, 'page-token');
  const pageTokens = {
    seal: (text: string, bound: string) => sealed.seal(text, bound),
    open: (token: string, bound: string) => sealed.open(token, bound)?.toString('utf8'),
  };
  const flows = createFlowsParts(runner, live);
  const adminApp = createAdminApp(web, partsOf(config.serve.admin.requestLogForHealth), {
    admin: { passwords: strategies.passwords, pages: pageTokens },
    inbox: { html: courier.html },
    flows,
    assets,
  });
  const listeners: Listening[] = [];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= closeAll());

  function drain(): void {
    state.draining = true;
    for (const each of listeners) each.drain();
  }

  async function closeAll(): Promise<void> {
    drain();
    await flows.close(); // streams would go on for ever
    await Promise.all(listeners.map((each) => each.close(FINISH)));
    await engine.background.stop();
    await courier.stop();
    await store.close();
  }

  return {
    public: publicApp,
    admin: adminApp,
    publicUrl: base,
    adminUrl: config.serve.admin.baseUrl,
    async listen() {
      try {
        listeners.push(await listen(publicApp.callback(), config.serve.public, PUBLIC_TIMEOUTS));
        listeners.push(await listen(adminApp.callback(), config.serve.admin, ADMIN_TIMEOUTS));
      } catch (error) {
        await close();
        throw error;
      }
      engine.background.start();
      if (overrides.watchCourier === true) courier.start();
    },
    guardProcess: (end) =>
      hooks.guardProcess((error) => {
        log.fatal(error instanceof Error ? error.message : 'an error nobody caught', { error });
        end(error);
      }),
    drain,
    close,
  };
}

/** The configured budgets, and those that follow from other settings. */
function budgetsOf({ limits, methods, flows }: Configuration['config']): BudgetSettings {
  const { login, registration, recovery, verification } = flows;
  const longest = Math.max(...[login, registration, recovery, verification].map(({ lifespan }) => lifespan));
  return {
    ...limits,
    codeSubmissions: { tries: methods.code.maxSubmissions, per: Math.max(longest, methods.code.lifespan) },
    sendWarnings: { tries: 1, per: limits.sends.per },
  };
}

/** Origins whose pages may send forms here, and that a form here may lead to. */
function originsOf({ config, bound }: Configuration): readonly string[] {
  const { flows, serve, allowedReturnUrls } = config;
  const uis = [flows.login, flows.registration, flows.settings, flows.recovery, flows.verification].map(
    ({ uiUrl }) => new URL(uiUrl).origin,
  );
  const returns = [config.defaultReturnUrl, flows.error.uiUrl].map((url) => new URL(url).origin);
  const allowed = allowedReturnUrls
    .filter(({ wildcard, scheme }) => !wildcard && /^https?$/.test(scheme))
    .map(({ scheme, host }) => `${scheme}://${host}`);
  const hooks = bound.lanes
    .flatMap(({ prepare, follow }) => [...prepare, ...follow])
    .flatMap(({ config: options }) =>
      typeof options === 'object' && options !== null && 'to' in options ? [new URL(String(options.to)).origin] : [],
    );
  return [
    ...new Set([
      new URL(serve.public.baseUrl).origin,
      ...uis,
      ...returns,
      ...allowed,
      ...hooks,
      ...(serve.public.cors?.origins ?? []).filter((each) => !each.includes('*')),
    ]),
  ];
}
