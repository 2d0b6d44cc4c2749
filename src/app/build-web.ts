import type Koa from 'koa';
import { createWhy } from '../analysis/why.ts';
import type { OutboxMessage } from '../courier/message.ts';
import type { AdminContext } from '../http/admin/context.ts';
import { createReadiness } from '../http/health.ts';
import { comesThroughUndeclaredProxy, createClientIp, type ClientIpSettings } from '../http/middleware/client-ip.ts';
import { createErrors } from '../http/middleware/errors.ts';
import { createRequestId } from '../http/middleware/request-id.ts';
import { createRequestLog } from '../http/middleware/request-log.ts';
import type { PageTokens } from '../http/page-token.ts';
import type { HttpContext } from '../http/self-service/context.ts';
import { loginFlow } from '../http/self-service/routes/login.ts';
import { recoveryFlow } from '../http/self-service/routes/recovery.ts';
import { registrationFlow } from '../http/self-service/routes/registration.ts';
import { settingsFlow } from '../http/self-service/routes/settings.ts';
import { verificationFlow } from '../http/self-service/routes/verification.ts';
import { createAssets } from '../pages/asset.ts';
import { baseOf, type PageContext } from '../pages/page.ts';
import { withMethods } from '../pages/method-texts.ts';
import { english } from '../pages/texts.ts';
import type { Changer } from '../store/account-notices.ts';
import { createKeyring } from '../secret/keyring.ts';
import { createAdminApp } from './admin-listener.ts';
import { buildConsole } from './build-console.ts';
import type { BuiltEngine } from './build-engine.ts';
import type { Configuration } from './configuration.ts';
import { contentSecurityOrigins } from './content-security-origins.ts';
import { buildHttpContext } from './http-context.ts';
import { createPublicApp, type ListenerParts } from './public-listener.ts';
import type { ProcessParts } from './process-parts.ts';

/** What the composition gives to both listeners. */
export interface WebSetup extends ProcessParts {
  readonly built: BuiltEngine;
  /** The HTML of a message, for the inbox. */
  messageHtml(message: OutboxMessage): string | undefined;
}

/** The applications of both listeners. */
export interface Web {
  readonly public: Koa;
  readonly admin: Koa;
  /** Ends the streams that would never end. */
  endStreams(): void;
  /** Ends what draws pictures. */
  close(): Promise<void>;
}

/** Who reaches the admin listener is told by its connection. */
const NO_PROXIES: ClientIpSettings = { count: 0, header: '' };

/** Builds everything that answers requests. */
export function buildWeb(configuration: Configuration, setup: WebSetup): Web {
  const { config } = configuration;
  const { built, store, clock, random, log, scope, recent, version, events } = setup;
  const errors = createErrors({ dev: config.dev, requestId: scope.current, log });
  const origins = contentSecurityOrigins(configuration);
  const http = buildHttpContext(configuration, { ...setup, origins, errorJson: errors.json });
  const assets = createAssets();
  const ready = createReadiness({ ready: () => store.ready(), clock, draining: () => setup.draining(), log });
  const listener = (logsHealth: boolean, proxies: ClientIpSettings): ListenerParts => ({
    first: [
      createRequestId({
        random,
        scope,
        clientIp: createClientIp(proxies),
        isUndeclared: (request) => comesThroughUndeclaredProxy(proxies, request),
      }),
      ...(setup.logsRequests(config.log.level) ? [createRequestLog({ log, clock, health: logsHealth })] : []),
    ],
    errors: errors.middleware,
    ready,
  });
  const why = createWhy({ machines: built.machines, flows: store.flows, outbox: store.outbox, clock });
  const publicApp = createPublicApp(
    http,
    listener(config.serve.public.requestLogForHealth, config.serve.public.trustedProxies),
    {
      flows: [loginFlow, registrationFlow, settingsFlow, verificationFlow, recoveryFlow],
      assets,
      texts: withMethods(english, configuration.methods.all),
      formOrigins: origins,
      why: async (flow) => (await why.ofFlow(flow)).text,
      inboxUrl: config.dev && config.courier.keep ? `${config.serve.admin.baseUrl}/inbox` : undefined,
    },
  );
  const { baseUrl } = config.serve.admin;
  const page: PageContext = {
    name: 'Sallyport',
    base: baseOf(baseUrl),
    assets: { style: assets.style.path, script: assets.script.path },
    links: { home: `${baseUrl}/`, ...(config.dev && { inbox: `${baseUrl}/inbox` }) },
  };
  const pages = buildConsole(configuration, { machines: built.machines, store, recent, why, page, version });
  const adminApp = createAdminApp(listener(config.serve.admin.requestLogForHealth, NO_PROXIES), {
    config,
    admin: adminContext(configuration, setup, http),
    events,
    console: pages,
    inbox: { outbox: store.outbox, baseUrl, page, html: (message) => setup.messageHtml(message) },
    assets,
  });
  return {
    public: publicApp,
    admin: adminApp,
    endStreams: () => pages.endStreams(),
    close: () => pages.close(),
  };
}

const OPERATOR: Changer = {
  by: 'admin',
  about: {},
  recovers: false,
  client: undefined,
  ends: { one: 'admin', others: 'admin' },
};

function adminContext(
  { config, schemas, methods, hash }: Configuration,
  { built, store, clock, random, events, version }: WebSetup,
  http: HttpContext,
): AdminContext {
  const { engine, passwords, wires, providers, report, notices } = built;
  return {
    config,
    store: {
      ...store,
      transaction: (work) => store.transaction((unit) => work(notices.watching(unit, OPERATOR).unit)),
    },
    engine,
    schemas,
    factors: methods.factors,
    clock,
    random,
    passwords,
    wires,
    pageTokens: pageTokensOf(config.secrets.pagination),
    version,
    revision: config.revision ?? hash,
    events,
    requester: (ctx) => http.requester(ctx),
    errorJson: (error, ctx) => http.errorJson(error, ctx),
    report,
    openProviderToken: providers && ((sealed, about) => providers.openToken(sealed, about)),
  };
}

function pageTokensOf(secrets: readonly string[]): PageTokens {
  const keyring = createKeyring(secrets, 'page-token');
  return {
    seal: (text, bound) => keyring.seal(text, bound),
    open: (token, bound) => keyring.open(token, bound)?.toString('utf8'),
  };
}
