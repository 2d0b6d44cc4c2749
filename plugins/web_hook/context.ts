import type { Facts, JsonObject, Point } from 'sallyport/plugin';

/** Where the reference tells the session beside the account. */
const WITH_SESSION: ReadonlySet<Point> = new Set(['login.after', 'settings.before', 'settings.after']);

/** The argument `ctx` of a body's Jsonnet function: the wire form of flow, account and session, whole. */
export function contextOf(
  { point, wire, headers, request, flow: { requestUrl } }: Facts,
  flow: JsonObject,
): JsonObject {
  const before = point.endsWith('.before');
  const { ui } = flow;
  const action = typeof ui === 'object' && ui !== null && 'action' in ui ? ui['action'] : undefined;
  return {
    flow,
    request_method: before ? 'GET' : (request?.method ?? 'POST'),
    request_url: before ? requestUrl : (request?.url ?? action ?? requestUrl),
    request_headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [canonical(name), [value]])),
    // Cookies are not handed on (docs/decisions/0015).
    request_cookies: {},
    ...(wire.identity !== undefined && !before && { identity: wire.identity }),
    ...(wire.session !== undefined && WITH_SESSION.has(point) && { session: wire.session }),
  };
}

/** `User-Agent`: the spelling that bodies written for the reference read. */
const canonical = (name: string): string => name.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
