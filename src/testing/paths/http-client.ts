/** An HTTP client as a single-page app uses a browser: JSON, a cookie jar, no redirect followed. */
export interface Visitor {
  get(url: string): Promise<Reply>;
  post(url: string, body: Readonly<Record<string, unknown>>): Promise<Reply>;
}
export interface Reply {
  readonly status: number;
  /** Undefined where the answer has no body, or one that is not JSON. */
  readonly json: unknown;
}

export function createVisitor(): Visitor {
  const cookies = new Map<string, string>();

  async function send(url: string, init: RequestInit): Promise<Reply> {
    const headers = new Headers(init.headers);
    headers.set('Accept', 'application/json');
    if (cookies.size > 0) headers.set('Cookie', [...cookies].map((pair) => pair.join('=')).join('; '));
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) keep(line);
    return { status: answer.status, json: parse(await answer.text()) };
  }

  function keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';');
    const at = pair.indexOf('=');
    const gone = attributes.some((each) => /^\s*max-age=(?:0|-\d+)\s*$/i.test(each));
    if (gone) cookies.delete(pair.slice(0, at));
    else cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }

  return {
    get: (url) => send(url, {}),
    post: (url, body) =>
      send(url, { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A page, or no body: the caller looks at the status.
    return undefined;
  }
}
