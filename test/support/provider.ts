import { OAuth2Server } from 'oauth2-mock-server';
import { type Answer, type HttpClient, readText } from './http-client.ts';
import { freePort } from './ports.ts';

/** A provider that signs anybody in without asking. It says what a test tells it to. */
export interface TestProvider {
  readonly issuer: string;
  /** Who signs in from now on, and what is said of them. */
  says(claims: Readonly<Record<string, unknown>>): void;
  /** Changes the next ID token before it is signed. */
  twist(change: (header: Record<string, unknown>, payload: Record<string, unknown>) => void): void;
  readonly server: OAuth2Server;
  stop(): Promise<void>;
}

export async function startProvider(clientId = 'shop'): Promise<TestProvider> {
  const server = new OAuth2Server();
  await server.issuer.keys.generate('RS256');
  await server.start(await freePort(), '127.0.0.1');
  const issuer = `http://127.0.0.1:${server.address().port}`;
  server.issuer.url = issuer;
  let claims: Readonly<Record<string, unknown>> = { sub: 'nobody' };
  const twists: ((header: Record<string, unknown>, payload: Record<string, unknown>) => void)[] = [];
  server.service.on('beforeTokenSigning', ({ header, payload }) => {
    Object.assign(payload, claims);
    // The access token is signed as well; what a test changes is the one for the client.
    if (payload['aud'] === clientId) twists.splice(0).forEach((change) => change(header, payload));
  });
  server.service.on('beforeUserinfo', (answer) => {
    answer.body = { ...claims };
  });
  return {
    issuer,
    server,
    says: (said) => void (claims = said),
    twist: (change) => void twists.push(change),
    stop: () => server.stop(),
  };
}

/** Presses the button of a provider and goes there and back; gives what the callback answers. */
export async function viaProvider(
  http: HttpClient,
  action: string,
  fields: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const callback = await toCallback(http, action, fields);
  return http.get(callback, { accept: 'text/html' });
}

/** Goes to the provider and gives the address it sends the browser back to, without following it. */
export async function toCallback(
  http: HttpClient,
  action: string,
  fields: Readonly<Record<string, unknown>>,
): Promise<string> {
  const sent = await http.post(action, { json: { method: 'oidc', ...fields } });
  if (sent.status !== 422) throw new Error(`nothing leads to the provider: ${sent.status} ${sent.text}`);
  const page = await fetch(readText(sent.json, 'redirect_browser_to'), { redirect: 'manual' });
  const back = page.headers.get('location');
  if (back === null) throw new Error(`the provider does not send back: ${page.status} ${await page.text()}`);
  return back;
}
