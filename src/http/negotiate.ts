/** What a request says it takes and sends: Koa's context has it. */
export interface Asking {
  get(header: string): string;
}

const TWO = ['text/html', 'application/json'];
const FOUR = ['text/html', 'text/*', '*/*', 'application/json'];

/** N1: where a page may answer with a redirect, the client would rather have JSON. `Content-Type` does not count. */
export function wantsJson(asking: Asking): boolean {
  return negotiate(asking.get('Accept'), TWO) === 'application/json';
}

/** N2: the client speaks JSON. Also by its `Content-Type`, if that is `application/json` and nothing more. */
export function isJsonRequest(asking: Asking): boolean {
  return (
    asking.get('Content-Type') === 'application/json' || negotiate(asking.get('Accept'), FOUR) === 'application/json'
  );
}

/** N3: the client is a browser that shows pages. `Content-Type` does not count. */
export function isBrowserRequest(asking: Asking): boolean {
  return negotiate(asking.get('Accept'), FOUR) === 'text/html';
}

/** Highest q first, then the more specific range, then the earlier offer; the first offer where nothing fits. */
function negotiate(accept: string, offers: readonly string[]): string | undefined {
  const ranges = parseAccept(accept);
  let best = { offer: offers[0], q: 0, specificity: -1 };
  for (const offer of offers) {
    for (const { type, q } of ranges) {
      const specificity = fit(type, offer);
      if (specificity === undefined || q < best.q || (q === best.q && specificity <= best.specificity)) continue;
      best = { offer, q, specificity };
    }
  }
  return best.offer;
}

/** 0 for any type, 1 for `type/*`, 2 for the very type. */
function fit(range: string, offer: string): number | undefined {
  if (range === '*/*') return 0;
  if (range.endsWith('/*')) return offer.startsWith(range.slice(0, -1)) ? 1 : undefined;
  return range === offer ? 2 : undefined;
}

/** Ranges refused by `q=0` and those without meaning are left out. */
function parseAccept(accept: string): readonly { readonly type: string; readonly q: number }[] {
  return accept.split(',').flatMap((each) => {
    const [type = '', ...parameters] = each.split(';').map((part) => part.trim().toLowerCase());
    const written = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '');
    const q = written === undefined ? 1 : Number(written);
    return type !== '' && q > 0 && q <= 1 ? [{ type, q }] : [];
  });
}
