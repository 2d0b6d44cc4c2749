import { UpstreamError } from 'sallyport/plugin';
import type { Outside } from 'sallyport/plugin';

/** What is asked again at another address: everything, and the guard of `fetch` at each hop. */
export interface Asked {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const MOST_HOPS = 3;
/** What says how the body is read and which call it is. Any other header may be a secret of the configured address. */
const HARMLESS = /^(?:content-type|accept|user-agent|idempotency-key|ory-webhook-(?:request|trigger)-id)$/;

/**
 * Follows 307 and 308, which ask for the same request elsewhere; any other answer is the caller's to judge. Throws
 * `UpstreamError` for one that leads nowhere, from https to http, or too far.
 */
export async function follow(start: string, asked: Asked, fetch: Outside['fetch']): Promise<Response> {
  let url = start;
  let { headers } = asked;
  for (let hops = 0; ; hops++) {
    const response = await fetch(url, { ...asked, headers });
    const { status } = response;
    if (status !== 307 && status !== 308) return response;
    await drop(response);
    if (hops === MOST_HOPS) throw new UpstreamError(`It answered ${status} more than ${MOST_HOPS} times.`);
    const from = new URL(url);
    const told = response.headers.get('location') ?? '';
    const to = told === '' ? null : URL.parse(told, from.href);
    if (to === null) throw new UpstreamError(`It answered ${status} without an address.`);
    if (from.protocol === 'https:' && to.protocol !== 'https:')
      throw new UpstreamError(`It answered ${status}, from https to http.`);
    if (to.origin !== from.origin) headers = withoutCredentials(headers);
    url = to.href;
  }
}

/** Reads no further: a body that nobody takes would hold its connection. */
export const drop = async ({ body }: Pick<Response, 'body'>): Promise<void> => void (await body?.cancel());

const withoutCredentials = (headers: Asked['headers']): Asked['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => HARMLESS.test(name)));
