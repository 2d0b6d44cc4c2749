import type { Answer } from '../support/http-client.ts';
import { readText } from '../support/http-client.ts';
import { filled } from './bindings.ts';
import type { Scene } from './scene.ts';
import type { Props, Stage } from './stage.ts';
import type { Theatre } from './theatre.ts';
import type { Exchange } from './transcript.ts';
import { AGENT } from './visit.ts';

/**
 * What a recording leaves out between two of its exchanges: whoever the scene is about has signed in, in a browser or an app,
 * and has opened the form that is sent now.
 */
export async function catchUp(
  { request }: Exchange,
  index: number,
  theatre: Theatre,
  stage: Stage,
  props: Props,
  scene: Scene,
): Promise<void> {
  const { bindings, forms } = props;
  const { headers, body } = request;
  const known = (name: string | undefined): boolean => name === undefined || bindings.get(name) !== undefined;
  const { Cookie: cookie = '', 'X-Session-Token': token = '' } = headers;
  const [, session] = /shop_session=<(cookie:\d+)>/.exec(cookie) ?? [];
  const [, csrfCookie] = /csrf_token_<hex>=<(cookie:\d+)>/.exec(cookie) ?? [];
  const [, app] = /^<(token:\d+)>$/.exec(token) ?? [];
  const who = scene.who ?? '';
  if (session !== undefined && csrfCookie !== undefined && !known(session) && !known(csrfCookie) && who !== '')
    await stage.cookies(who, csrfCookie, session);
  if (app !== undefined && !known(app) && who !== '') bindings.bind(app, await stage.token(who));

  const [, kind, flow] = /^\/self-service\/(\w+)(?:\?flow|\/flows\?id)=<(uuid:\d+)>$/.exec(request.path) ?? [];
  if (kind === undefined || flow === undefined || known(flow)) return;
  const signedIn = session !== undefined || app !== undefined;
  const query = filled(scene.opened?.[index] ?? (kind === 'login' && signedIn ? '?aal=aal2' : ''), bindings);
  const url = `${theatre.publicUrl}/self-service/${kind}/${cookie === '' ? 'api' : 'browser'}${query}`;
  const sent = {
    ...AGENT,
    ...(app === undefined ? {} : { 'x-session-token': filled(token, bindings) }),
    ...(cookie === '' || !known(csrfCookie) ? {} : { cookie: filled(cookie, bindings) }),
  };
  const answer = await theatre.http.get(url, { headers: sent });
  if (answer.status !== 200) throw new Error(`no form for exchange ${index}: ${answer.status} ${answer.text}`);
  bindings.bind(flow, readText(answer.json, 'id'));
  if (csrfCookie !== undefined && !known(csrfCookie)) bindings.bind(csrfCookie, csrfCookieOf(answer));
  forms.look(answer.json);
  const [, csrf] = /"csrf_token":"<(token:\d+)>"/.exec(JSON.stringify(body) ?? '') ?? [];
  if (csrf !== undefined && !known(csrf)) bindings.bind(csrf, forms.of(readText(answer.json, 'id')).csrf ?? '');
}

const csrfCookieOf = ({ setCookies }: Answer): string =>
  setCookies.find(({ name }) => name.startsWith('csrf_token_'))?.value ?? '';
