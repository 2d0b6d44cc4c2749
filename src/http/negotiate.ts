import { weightedList } from '../kernel/weighted-list.ts';

/** The headers of a request by which the type of its answer is chosen; a Koa context is one. */
export interface Asking {
  get(header: string): string;
}

const TWO = ['text/html', 'application/json'];
const FOUR = ['text/html', 'text/*', '*/*', 'application/json'];

/** `Accept` prefers JSON to HTML. `Content-Type` does not count. */
export function wantsJson(asking: Asking): boolean {
  return negotiate(asking.get('Accept'), TWO) === 'application/json';
}

/** `Accept` prefers JSON, or `Content-Type` is `application/json` without parameters. */
export function isJsonRequest(asking: Asking): boolean {
  return (
    asking.get('Content-Type') === 'application/json' || negotiate(asking.get('Accept'), FOUR) === 'application/json'
  );
}

/** `Accept` prefers HTML: the client is a browser that shows pages. `Content-Type` does not count. */
export function isBrowserRequest(asking: Asking): boolean {
  return negotiate(asking.get('Accept'), FOUR) === 'text/html';
}

/** A browser opens an address or sends a form: `Accept` names HTML and prefers it. False for programs that take anything. */
export function asksForPage(asking: Asking): boolean {
  const named = weightedList(asking.get('Accept')).some(({ value, weight }) => value === 'text/html' && weight > 0);
  return named && isBrowserRequest(asking) && !isJsonRequest(asking);
}

/** Highest q first, then the more specific range, then the earlier offer; the first offer where nothing fits. */
function negotiate(accept: string, offers: readonly string[]): string | undefined {
  const ranges = weightedList(accept);
  let best = { offer: offers[0], q: 0, specificity: -1 };
  for (const offer of offers) {
    for (const { value, weight: q } of ranges) {
      const specificity = fit(value, offer);
      if (specificity === undefined || q < best.q || (q === best.q && specificity <= best.specificity)) continue;
      best = { offer, q, specificity };
    }
  }
  return best.offer;
}

/** How specific a range that fits is: 0 for any type, 1 for `type/*`, 2 for the exact type. */
function fit(range: string, offer: string): number | undefined {
  if (range === '*/*') return 0;
  if (range.endsWith('/*')) return offer.startsWith(range.slice(0, -1)) ? 1 : undefined;
  return range === offer ? 2 : undefined;
}
