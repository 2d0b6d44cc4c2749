import { type Answer, formEncode, read, type RequestOptions } from '../support/http-client.ts';
import { linkForm } from '../support/mailed-link.ts';
import { type Bindings, createBindings, filled } from './bindings.ts';
import { compare, compareJson, type Difference } from './compare.ts';
import { createForms } from './forms.ts';
import { LATER_GROUPS, LATER_EXCHANGES } from './later.ts';
import { typed } from './typed.ts';
import { createPossessions } from './possessions.ts';
import { SCENES } from './scenes.ts';
import { createStage, type Props } from './stage.ts';
import type { Theatre } from './theatre.ts';
import { type Exchange, loadExchanges, type Scenario } from './transcript.ts';
import { catchUp } from './unseen.ts';

export interface Deviation extends Difference {
  readonly scenario: string;
  readonly exchange: number;
  readonly request: string;
}

/** Plays a scenario request by request and says in what the answers are not those that were recorded. */
export async function replay(scenario: Scenario, theatre: Theatre): Promise<readonly Deviation[]> {
  const bindings = createBindings(theatre.names);
  const props: Props = {
    bindings,
    possessions: createPossessions(bindings, theatre.origin),
    forms: createForms(),
  };
  const stage = createStage(theatre, props);
  const scene = SCENES[scenario.name] ?? {};
  const later = LATER_EXCHANGES[scenario.name]?.exchanges ?? [];
  const deviations: Deviation[] = [];
  const calls: Call[] = [];
  theatre.hooks.answer(UNASKED);
  await scene.before?.(stage);
  for (const [index, exchange] of loadExchanges(scenario.name).entries()) {
    if (later.includes(index)) continue;
    await scene.at?.[index]?.(stage);
    const { request } = exchange;
    if (exchange.by === 'server') {
      calls.push({ exchange, index });
      continue;
    }
    if (scene.gaps === true) await catchUp(exchange, index, theatre, stage, props, scene);
    answerCalls(calls, theatre.hooks, bindings);
    const at = {
      scenario: scenario.name,
      exchange: index,
      request: `${request.method} ${request.host}${request.path}`,
    };
    const sent = { ...exchange, request: await typed(request, props, scene.bends?.[index]) };
    const differences = await play(sent, theatre, props);
    deviations.push(...differences.map((difference) => ({ ...at, ...difference })));
    deviations.push(...missed(scenario.name, calls.splice(0), theatre.hooks, bindings));
    theatre.hooks.answer(UNASKED);
  }
  return deviations;
}

/** What the other system says while something happens that was not recorded. */
const UNASKED = { status: 200, body: {} };

/** A call of the server to another system, recorded before the exchange that caused it. */
interface Call {
  readonly exchange: Exchange;
  readonly index: number;
}

/** The other system answers as it was recorded, call by call; to a call that nobody recorded, 501. */
function answerCalls(calls: readonly Call[], hooks: Theatre['hooks'], bindings: Bindings): void {
  const answers = calls.map(({ exchange: { response } }) => ({
    status: response.status,
    // Words are left out of recordings; a message of a web hook has some.
    ...(response.body !== undefined && {
      body: JSON.parse(
        filled(
          JSON.stringify(response.body, (key, value: unknown) => (key === 'text' ? 'Words.' : value)),
          bindings,
        ),
      ) as unknown,
    }),
  }));
  hooks.forget();
  let next = 0;
  hooks.answer(() => answers[next++] ?? { status: 501 });
}

/** In what the calls were not those that were recorded. */
function missed(
  scenario: string,
  calls: readonly Call[],
  { received }: Theatre['hooks'],
  bindings: Bindings,
): readonly Deviation[] {
  const [first] = calls;
  const at = { scenario, exchange: first?.index ?? -1, request: 'calls of the server' };
  if (received.length !== calls.length)
    return [{ ...at, path: 'calls', expected: String(calls.length), got: received.map(({ path }) => path).join(' ') }];
  return calls.flatMap(({ exchange: { request }, index }, i) => {
    const one = received[i];
    const call = { ...at, exchange: index, request: `${request.method} ${request.host}${request.path}` };
    const told = {
      method: one?.method,
      path: one?.path,
      headers: pick(one?.headers, request.headers),
      body: one?.body,
    };
    const { method, path, headers, body } = request;
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    return compareJson({ method, path, headers: lower, body }, told, bindings, LATER_GROUPS).map((difference) => ({
      ...call,
      ...difference,
    }));
  });
}

const pick = (headers: object | undefined, names: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.keys(names).flatMap((name) => {
      const value: unknown = Reflect.get(headers ?? {}, name.toLowerCase());
      return value === undefined ? [] : [[name.toLowerCase(), value]];
    }),
  );

async function play(
  { request, response }: Exchange,
  theatre: Theatre,
  { bindings, forms }: Props,
): Promise<readonly Difference[]> {
  const url = filled(`${request.host}${request.path}`, bindings);
  const options = optionsOf(request, bindings);
  const opened = await theatre.http.request(request.method, url, options);
  const pressed = await pressLinkOf(opened, options, theatre);
  const answer = pressed?.answer ?? opened;
  const leaving = leadingAway(answer, theatre);
  forms.look(answer.json);
  const differences = compare(response, leaving?.answer ?? answer, bindings, LATER_GROUPS);
  return [...differences, ...[leaving, pressed].flatMap((more) => more?.difference ?? [])];
}

/**
 * A mailed link that shows a page first: its button is pressed, and what that answers is compared with what was recorded for
 * the link itself.
 */
async function pressLinkOf(
  opened: Answer,
  { headers = {} }: RequestOptions,
  { http }: Theatre,
): Promise<{ readonly answer: Answer; readonly difference: Difference } | undefined> {
  if (opened.method !== 'GET' || opened.status !== 200 || !/\?flow=[^&]+&token=/.test(opened.url)) return undefined;
  const sent = [headers['cookie'] ?? '', ...opened.setCookies.map(({ name, value }) => `${name}=${value}`)];
  const cookie = sent.filter((each) => each !== '').join('; ');
  const { action, hidden } = linkForm(await http.get(opened.url, { headers: { cookie } }));
  const answer = await http.post(action, { form: { ...hidden, method: 'link' }, headers: { ...headers, cookie } });
  const names = new Set(answer.setCookies.map(({ name }) => name));
  const kept = opened.setCookies.filter(({ name }) => !names.has(name));
  const difference = { path: 'link.page', expected: 'not shown', got: 'shown' };
  return { answer: { ...answer, setCookies: [...kept, ...answer.setCookies] }, difference };
}

/**
 * An answer that leads to the provider: with a nonce, which the reference does not send. The provider is told, and the rest
 * of the address compared without it.
 */
function leadingAway(
  answer: Answer,
  { provider }: Theatre,
): { readonly answer: Answer; readonly difference: Difference } | undefined {
  const found = answer.location ?? read(answer.json, 'redirect_browser_to');
  if (typeof found !== 'string' || !found.startsWith(`${provider.origin}/authorize`)) return undefined;
  const to = new URL(found);
  provider.asked(to.searchParams.get('nonce') ?? '');
  to.searchParams.delete('nonce');
  const difference = { path: 'authorize.nonce', expected: 'nothing', got: 'set' };
  if (answer.location === undefined)
    return { answer: { ...answer, json: { ...(answer.json as object), redirect_browser_to: to.href } }, difference }; // it has that member
  const headers = { ...answer.headers, location: to.href };
  return { answer: { ...answer, headers, location: to.href }, difference };
}

function optionsOf({ headers, body }: Exchange['request'], bindings: Bindings): RequestOptions {
  const sent = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), filled(value, bindings)]);
  const all = { accept: '*/*', 'user-agent': 'transcript/1', ...Object.fromEntries(sent) };
  if (body === undefined) return { headers: all };
  if (typeof body === 'string') return { headers: all, body };
  const text = JSON.stringify(body, (_key, value: unknown) => (value === '<duration>' ? 2019 : value));
  if (headers['Content-Type'] !== 'application/x-www-form-urlencoded') {
    return { headers: all, body: filled(text, bindings) };
  }
  return { headers: all, body: formEncode(parseFields(filled(text, bindings))) };
}

// The form fields of a recording: an object of texts.
const parseFields = (text: string): Record<string, string> => JSON.parse(text) as Record<string, string>;

/** For a failed test: each deviation on its own lines, under the request that it answers. */
export function describeDeviations(deviations: readonly Deviation[]): string {
  const lines: string[] = [];
  let last = '';
  for (const { scenario, exchange, request, path, expected, got } of deviations) {
    const head = `${scenario}, exchange ${exchange}: ${request}`;
    if (head !== last) lines.push(head);
    last = head;
    lines.push(`  ${path}`, `    expected ${expected}`, `    got      ${got}`);
  }
  return lines.join('\n');
}
