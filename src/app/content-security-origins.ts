import type { Configuration } from './configuration.ts';

/** Origins whose pages may send forms to this server, and to which a form of this server may lead. */
export function contentSecurityOrigins({ config, bound }: Configuration): readonly string[] {
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
  const own = new URL(serve.public.baseUrl).origin;
  const cors = (serve.public.cors?.origins ?? []).filter((each) => !each.includes('*'));
  return [...new Set([own, ...uis, ...returns, ...allowed, ...hooks, ...cors])];
}
