import type { Config, Dialect, FlowName, MethodName } from '../config/config.ts';
import { listFor } from '../config/lists.ts';
import type { FlowKind, FlowRow } from '../flow/flow.ts';
import { checkReturnUrl, parseAllowedUrl, type AllowedUrl, type ReturnUrl } from '../kernel/return-url.ts';

/** `return_to` as the request that began the flow carried it; empty counts as absent. */
export function returnToOf(requestUrl: string): string | undefined {
  const value = new URL(requestUrl, 'http://localhost').searchParams.get('return_to');
  return value === null || value === '' ? undefined : value;
}

/** Where people may be sent on: the configured list and the server's own flows; lists of dialect J look at no path (D16). */
export function allowedFor({ allowedReturnUrls, serve }: Config, dialect: Dialect): readonly AllowedUrl[] {
  const own = parseAllowedUrl(`${serve.public.baseUrl}/self-service`, { ignorePath: false });
  const listed = dialect === 'J' ? allowedReturnUrls.map((each) => ({ ...each, path: undefined })) : allowedReturnUrls;
  return 'problem' in own ? listed : [...listed, own];
}

/** What a browser is led to without `return_to`; undefined: in J nothing leads the person on. */
function fallbackOf(config: Config, kind: FlowKind, method: string | undefined): ReturnUrl | undefined {
  if (kind === 'logout') return config.flows.logout.returnUrl ?? config.defaultReturnUrl;
  const flow = config.flows[kind];
  const own = method === undefined ? undefined : flow.methodReturnUrls[method as MethodName]; // unknown names give undefined
  return own ?? flow.returnUrl ?? (kind === 'settings' ? undefined : config.defaultReturnUrl);
}

/** Where the person goes after success (self-service.md 5.4; in J only a `redirect` leads anywhere: undefined). */
export function destination(config: Config, row: FlowRow, method: string | undefined): ReturnUrl | undefined {
  const { kind } = row;
  const own = kind === 'settings' ? (`${flowUrl(config.flows.settings.uiUrl, row.id)}` as ReturnUrl) : undefined; // checked at start
  if ((kind === 'login' || kind === 'registration') && method !== undefined) {
    if (listFor(config, kind, 'after', method as MethodName).dialect === 'J') return undefined;
  }
  const fallback = fallbackOf(config, kind, method) ?? own ?? config.defaultReturnUrl;
  const wanted = returnToOf(row.requestUrl);
  if (wanted === undefined) return fallback;
  return checkReturnUrl(wanted, { allowed: allowedFor(config, 'M'), base: fallback }) ?? fallback;
}

/** Whether a `return_to` may stand at the beginning of a flow: refused only if no list of the flow could accept it. */
export function acceptsReturnTo(config: Config, kind: FlowKind, wanted: string, methods: readonly MethodName[]): boolean {
  const flows: ReadonlySet<FlowKind> = new Set<FlowKind>(['login', 'registration']);
  if (!flows.has(kind)) {
    const base = fallbackOf(config, kind, undefined) ?? config.defaultReturnUrl;
    return checkReturnUrl(wanted, { allowed: allowedFor(config, 'M'), base }) !== undefined;
  }
  const lists = methods.map((method) => ({ method, list: listFor(config, kind as FlowName, 'after', method) }));
  let asked = false;
  for (const { method, list } of lists) {
    const bases =
      list.dialect === 'J'
        ? list.entries.filter(({ hook, config: options }) => hook === 'redirect' && isUserDefined(options)).map(({ config: options }) => targetOf(options))
        : [fallbackOf(config, kind, method) ?? config.defaultReturnUrl];
    for (const base of bases) {
      asked = true;
      if (checkReturnUrl(wanted, { allowed: allowedFor(config, list.dialect), base }) !== undefined) return true;
    }
  }
  return !asked;
}

const isUserDefined = (options: unknown): boolean =>
  typeof options === 'object' && options !== null && 'allow_user_defined' in options && options.allow_user_defined === true;

function targetOf(options: unknown): ReturnUrl {
  const to = typeof options === 'object' && options !== null && 'to' in options ? options.to : '';
  return String(to) as ReturnUrl; // checked when the hooks were bound
}

/** A page's address for one flow. */
export function flowUrl(page: string, flow: string): string {
  const url = new URL(page);
  url.searchParams.set('flow', flow);
  return url.href;
}
