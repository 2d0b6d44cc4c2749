import type { Config, Dialect, MethodName } from '../../config/config.ts';
import type { Bound } from '../../hook/bound-hook.ts';
import type { FlowKind, FlowRow } from '../../flow/flow.ts';
import { checkReturnUrl, parseAllowedUrl, type AllowedUrl, type ReturnUrl } from '../../kernel/return-url.ts';

type Settings = { readonly config: Config; readonly bound: Bound };

/** `return_to` as the request that began the flow carried it; empty counts as absent. */
export function returnToOf(requestUrl: string): string | undefined {
  const value = new URL(requestUrl, 'http://localhost').searchParams.get('return_to');
  return value === null || value === '' ? undefined : value;
}

/**
 * The `return_to` of a flow as its pages and hooks may see it: undefined unless a list of the flow accepts it now, whatever
 * was accepted when it came (security RD-11).
 */
export function shownReturnTo(
  { config, bound }: Settings,
  row: Pick<FlowRow, 'kind' | 'requestUrl'>,
): string | undefined {
  const lanes = bound.lanes.filter(({ list }) => list.startsWith(`${row.kind}.`));
  return acceptedNow(
    config,
    row,
    lanes.map(({ dialect }) => dialect),
  );
}

/** The same by the lists of these dialects, beside that of today. */
export function acceptedNow(
  config: Config,
  { kind, requestUrl }: Pick<FlowRow, 'kind' | 'requestUrl'>,
  dialects: readonly Dialect[],
): string | undefined {
  const wanted = returnToOf(requestUrl);
  if (wanted === undefined) return undefined;
  const base = fallbackOf(config, kind, undefined) ?? config.defaultReturnUrl;
  const lists = new Set<Dialect>(['current', ...dialects]);
  return [...lists].some((dialect) => accepts(config, dialect, wanted, base)) ? wanted : undefined;
}

/**
 * Where people may be sent on: the configured list, the server's own flows and its own pages; lists of dialect v0.1-job look at
 * no path (D16).
 */
function allowedFor({ allowedReturnUrls, serve }: Config, dialect: Dialect): readonly AllowedUrl[] {
  const own = ['/self-service', '/ui'].flatMap((path) => {
    const url = parseAllowedUrl(`${serve.public.baseUrl}${path}`, { ignorePath: false });
    return 'problem' in url ? [] : [url];
  });
  const listed =
    dialect === 'v0.1-job' ? allowedReturnUrls.map((each) => ({ ...each, path: undefined })) : allowedReturnUrls;
  return [...listed, ...own];
}

/** What a browser is led to without `return_to`; undefined: in dialect v0.1-job nothing leads the person on. */
function fallbackOf(config: Config, kind: FlowKind, method: string | undefined): ReturnUrl | undefined {
  if (kind === 'logout') return config.flows.logout.returnUrl ?? config.defaultReturnUrl;
  const flow = config.flows[kind];
  const own = method === undefined ? undefined : flow.methodReturnUrls[method]; // unknown names give undefined
  return own ?? flow.returnUrl ?? (kind === 'settings' ? undefined : config.defaultReturnUrl);
}

type Leaving = Pick<FlowRow, 'id' | 'kind' | 'requestUrl'>;

/** Where the browser goes after success; undefined in dialect v0.1-job, where only a `redirect` hook leads anywhere. */
export const destination = (settings: Settings, row: Leaving, method: string | undefined): ReturnUrl | undefined =>
  leave(settings, row, method).to;

/** The same with `refused`, the `return_to` of the flow where no list accepts it, so that the browser goes elsewhere. */
export function leave(
  settings: Settings,
  row: Leaving,
  method: string | undefined,
): { readonly to: ReturnUrl | undefined; readonly refused: string | undefined } {
  const base = ownDestination(settings, row, method);
  const wanted = returnToOf(row.requestUrl);
  if (base === undefined || wanted === undefined) return { to: base, refused: undefined };
  const to = allowedUrl(settings.config, wanted, base);
  return { to: to ?? base, refused: to === undefined ? wanted : undefined };
}

/** The host of an address that was refused; empty where it has none. */
export function hostOf({ defaultReturnUrl }: Config, url: string): string {
  return (URL.parse(url, defaultReturnUrl)?.hostname ?? '').slice(0, 255);
}

/** Where the browser goes whose request names no `return_to`. */
function ownDestination({ config, bound }: Settings, row: Leaving, method: string | undefined): ReturnUrl | undefined {
  const { kind } = row;
  const own = kind === 'settings' ? (`${flowUrl(config.flows.settings.uiUrl, row.id)}` as ReturnUrl) : undefined; // checked at start
  if ((kind === 'login' || kind === 'registration') && method !== undefined) {
    if (bound.for(kind, 'after', method).dialect === 'v0.1-job') return undefined; // unknown names have no lane
  }
  return fallbackOf(config, kind, method) ?? own ?? config.defaultReturnUrl;
}

/** Where somebody goes who needs no flow: the `return_to` of their request if it is allowed, else the default. */
export function wantedUrl(config: Config, requestUrl: string, base: ReturnUrl = config.defaultReturnUrl): ReturnUrl {
  const wanted = returnToOf(requestUrl);
  return (wanted === undefined ? undefined : allowedUrl(config, wanted, base)) ?? base;
}

/** The address as it was checked; undefined where no list accepts it. A relative one begins at `base`. */
export const allowedUrl = (
  config: Config,
  wanted: string,
  base: ReturnUrl = config.defaultReturnUrl,
  dialect: Dialect = 'current',
): ReturnUrl | undefined => checkReturnUrl(wanted, { allowed: allowedFor(config, dialect), base });

/** Whether a `return_to` may stand at the beginning of a flow: refused only if no list of the flow could accept it. */
export function acceptsReturnTo(
  { config, bound }: Settings,
  kind: FlowKind,
  wanted: string,
  methods: readonly MethodName[],
): boolean {
  if (kind !== 'login' && kind !== 'registration') {
    return accepts(config, 'current', wanted, fallbackOf(config, kind, undefined) ?? config.defaultReturnUrl);
  }
  const lanes = methods.map((method) => ({ method, lane: bound.for(kind, 'after', method) }));
  const bases = lanes.flatMap(
    ({ method, lane }): readonly { readonly base: ReturnUrl; readonly dialect: Dialect }[] => {
      const { dialect } = lane;
      if (dialect !== 'v0.1-job')
        return [{ base: fallbackOf(config, kind, method) ?? config.defaultReturnUrl, dialect }];
      return [...lane.prepare, ...lane.follow]
        .flatMap(({ config: options }) => userDefinedTarget(options))
        .map((base) => ({ base, dialect }));
    },
  );
  // No list looks at it: then it is no error either.
  return bases.length === 0 || bases.some(({ base, dialect }) => accepts(config, dialect, wanted, base));
}

const accepts = (config: Config, dialect: Dialect, wanted: string, base: ReturnUrl): boolean =>
  allowedUrl(config, wanted, base, dialect) !== undefined;

/** The target of a J `redirect` that lets people choose. */
function userDefinedTarget(options: unknown): readonly ReturnUrl[] {
  if (typeof options !== 'object' || options === null || !('to' in options) || !('allow_user_defined' in options))
    return [];
  return options.allow_user_defined === true ? [String(options.to) as ReturnUrl] : []; // checked when the hooks were bound
}

/** A page's address for one flow. */
export function flowUrl(page: string, flow: string): string {
  const url = new URL(page);
  url.searchParams.set('flow', flow);
  return url.href;
}
