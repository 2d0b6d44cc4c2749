import process from 'node:process';
import { readConfiguration } from './configuration.ts';
import { makePerson, type Person } from './drive/person.ts';
import { requestFor, type Provoke } from './drive/requests.ts';
import { createVisitor, type Reply, type Visitor } from './drive/visitor.ts';
import { formatIssue } from './kernel/issue.ts';
import { isObject, type JsonObject } from './kernel/json.ts';
import { parseFlowId } from './kernel/id.ts';
import { must } from './kernel/error.ts';
import type { Chart } from './prove/chart.ts';
import { pathsOf, writePath, type FlowPath } from './prove/paths.ts';
import { subjectOf } from './prove/subject.ts';
import { systemRandom } from './secret/random.ts';
import { openHistory, type History } from './store/knex/open-history.ts';

export type { Provoke };

export interface PathOptions {
  /** The configuration that the server runs. */
  readonly files: readonly string[];
  /** Where it answers; no trailing slash. Its database must be one that can be read from here. */
  readonly publicUrl: string;
  readonly adminUrl: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Traits of a person, told from all others by `mark`; made from the identity schema unless given. */
  readonly traits?: (mark: string) => JsonObject;
  /** What makes one's own hooks refuse, or redirect. */
  readonly provoke?: Provoke;
}

export interface PathResult {
  readonly id: string;
  /** As `sallyport paths` prints it. */
  readonly line: string;
  /** taken: the server's own journal says so. missed: the request was sent, and went another way. left: it could not be sent. */
  readonly result: 'taken' | 'missed' | 'left';
  /** Why it was left, or what happened instead. */
  readonly why: string;
}

/**
 * Takes every path of a configuration that can be taken, by HTTP requests to a running server, and asks the server's
 * journal whether it was that one. What needs a mail, a provider, or two requests at once is left, with the reason.
 */
export async function runPaths(options: PathOptions): Promise<readonly PathResult[]> {
  const { files, env = process.env, cwd = process.cwd() } = options;
  // Only what production asks beyond what runs is relaxed: the server has been started already.
  const read = await readConfiguration({ files, env, cwd, command: 'check', dev: true });
  const { configuration } = read;
  if (configuration === undefined) throw new Error(read.errors.map(formatIssue).join('\n'));
  const { charts } = subjectOf(configuration, read.at);
  const schema = must(configuration.schemas.get(configuration.schemas.defaultId), 'The default identity schema');
  const history = await openHistory(configuration.config.dsn, systemRandom);
  const run = systemRandom.uuid().slice(0, 8);
  let count = 0;
  const nextPerson = (): Person => makePerson(schema, `path-${run}-${(count += 1)}`, options.traits);
  try {
    const drive: Drive = { options, history, nextPerson, schemaId: schema.id };
    const results: PathResult[] = [];
    for (const chart of charts.values()) {
      for (const path of pathsOf(chart)) {
        const { result, why } = await take(drive, chart, path);
        results.push({ id: path.id, line: writePath(path), result, why });
      }
    }
    return results;
  } finally {
    await history.close();
  }
}

/** A test for each path, with the `test` of vitest or `node:test`: it fails when a request went another way. */
export function testPaths(options: () => PathOptions, test: (name: string, run: () => Promise<void>) => void): void {
  test('every path of the configuration that can be taken is taken', async () => {
    const missed = (await runPaths(options())).filter(({ result }) => result === 'missed');
    if (missed.length > 0) throw new Error(missed.map(({ line, why }) => `${line}\n  ${why}`).join('\n'));
  });
}

interface Drive {
  readonly options: PathOptions;
  readonly history: History;
  readonly nextPerson: () => Person;
  readonly schemaId: string;
}
type Taken = Pick<PathResult, 'result' | 'why'>;
const left = (why: string): Taken => ({ result: 'left', why });

async function take(drive: Drive, chart: Chart, path: FlowPath): Promise<Taken> {
  const self = drive.nextPerson();
  const visitor = createVisitor();
  const [way = ''] = path.from === 'opening' ? (path.steps[0]?.events ?? []) : [path.to[0]?.event ?? ''];
  const known = chart.kind === 'login' || chart.kind === 'settings' || chart.kind === 'logout';
  if (known) await createIdentity(drive, self);
  const inside = chart.kind === 'settings' || chart.kind === 'logout' || way === 'open.refresh';
  if (inside && !(await signIn(drive, visitor, self))) return left('nobody can be signed in with a password here');
  if (chart.kind === 'logout') return await logOut(drive, visitor, path);

  const address = doorOf(drive, chart.kind, way);
  if (address === undefined) return left(`${way} is what the server itself does`);
  const opened = await visitor.get(address);
  const flow = flowIn(opened.json);
  if (path.from === 'opening') return judgeOpening(path, opened, flow);
  if (flow === undefined) return left(`the flow did not begin: ${opened.status}`);

  const other = drive.nextPerson();
  if (path.steps.some(({ events }) => events.includes('store.taken'))) await createIdentity(drive, other);
  const cast = { self, other, provoke: drive.options.provoke ?? {} };
  for (const leg of legsOf(path.to)) {
    const request = requestFor(chart, leg, cast);
    if ('left' in request) return left(`the way to ${path.from}: ${request.left}`);
    await submit(drive, visitor, chart, flow, request.body);
  }
  const request = requestFor(chart, path.steps, cast);
  if ('left' in request) return left(request.left);
  const reply = await submit(drive, visitor, chart, flow, request.body);
  return await judge(drive, path, flow.id, reply);
}

interface Begun {
  readonly id: string;
  readonly csrf: string;
}

/** Where a person begins it; undefined: nobody but the server does. */
function doorOf({ options: { publicUrl } }: Drive, kind: string, way: string): string | undefined {
  const door = `${publicUrl}/self-service/${kind}/browser`;
  if (way === 'open') return door;
  return way === 'open.refresh' ? `${door}?refresh=true` : undefined;
}

async function createIdentity({ options, schemaId }: Drive, { traits, password }: Person): Promise<void> {
  const answer = await createVisitor().post(`${options.adminUrl}/admin/identities`, {
    schema_id: schemaId,
    traits,
    credentials: { password: { config: { password } } },
  });
  if (answer.status !== 201)
    throw new Error(`No identity could be made: ${answer.status} ${JSON.stringify(answer.json)}`);
}

/** True when the visitor has a session now. */
async function signIn({ options: { publicUrl } }: Drive, visitor: Visitor, self: Person): Promise<boolean> {
  const flow = flowIn((await visitor.get(`${publicUrl}/self-service/login/browser`)).json);
  if (flow === undefined) return false;
  const post = (body: JsonObject): Promise<Reply> =>
    visitor.post(`${publicUrl}/self-service/login?flow=${flow.id}`, { ...body, csrf_token: flow.csrf });
  const { identifier, password } = self;
  await post({ method: 'password', identifier, password });
  return (await visitor.get(`${publicUrl}/sessions/whoami`)).status === 200;
}

async function submit(
  { options: { publicUrl } }: Drive,
  visitor: Visitor,
  { kind }: Chart,
  { id, csrf }: Begun,
  body: JsonObject,
): Promise<Reply> {
  return await visitor.post(`${publicUrl}/self-service/${kind}?flow=${id}`, { ...body, csrf_token: csrf });
}

/** The submits on the way to a page, each from a page to the next. */
function legsOf(to: FlowPath['to']): readonly (readonly FlowPath['steps'][number][])[] {
  const legs: FlowPath['steps'][number][][] = [];
  for (const { state, event, to: next } of to.slice(1)) {
    if (event === 'submit' || legs.length === 0) legs.push([]);
    legs.at(-1)?.push({ state, events: [event], to: next });
  }
  return legs.filter((leg) => leg[0]?.state.endsWith('.waiting') === true);
}

/** A flow that was turned away leaves no row: its answer is all there is. */
function judgeOpening(path: FlowPath, { status }: Reply, flow: Begun | undefined): Taken {
  const turnedAway = path.end === 'refused' || path.end === 'redirected';
  const as = turnedAway ? flow === undefined && status >= 400 : flow !== undefined;
  if (as) return { result: 'taken', why: '' };
  return turnedAway
    ? left('the hooks before the flow let everybody pass')
    : { result: 'missed', why: `answered ${status}` };
}

async function logOut(drive: Drive, visitor: Visitor, path: FlowPath): Promise<Taken> {
  const { publicUrl } = drive.options;
  const [before] = await drive.history.recent('logout', 0, 1);
  const { json } = await visitor.get(`${publicUrl}/self-service/logout/browser`);
  const url = isObject(json) ? json['logout_url'] : undefined;
  if (typeof url !== 'string') return { result: 'missed', why: 'there was no logout to follow' };
  const reply = await visitor.get(`${publicUrl}/self-service/logout${new URL(url).search}`);
  const [id] = await drive.history.recent('logout', 0, 1);
  if (id === undefined || id === before) return { result: 'missed', why: `answered ${reply.status}` };
  return await judge(drive, path, id, reply);
}

/** Whether the journal says that it went this way. */
async function judge({ history }: Drive, path: FlowPath, id: string, { status }: Reply): Promise<Taken> {
  const flow = parseFlowId(id);
  const rows = flow === undefined ? [] : await history.journal(flow);
  const taken = rows.at(-1)?.steps ?? [];
  const wanted = path.steps.filter(({ state }) => state !== 'opening' && !state.endsWith('.waiting'));
  const same =
    taken.length === wanted.length &&
    wanted.every(({ state, events }, i) => taken[i]?.state === state && events.includes(taken[i].event));
  if (same) return { result: 'taken', why: '' };
  const went = taken.map(({ state, event }) => `${state} ${event}`).join(' · ');
  return { result: 'missed', why: `answered ${status}; it went ${went === '' ? 'nowhere' : went}` };
}

/** Id and anti-forgery token of a flow as the wire shows it. */
function flowIn(json: unknown): Begun | undefined {
  if (!isObject(json) || typeof json['id'] !== 'string' || !isObject(json['ui'])) return undefined;
  const { nodes } = json['ui'];
  const token = (Array.isArray(nodes) ? nodes : []).find(
    (node: unknown) => isObject(node) && isObject(node['attributes']) && node['attributes']['name'] === 'csrf_token',
  ) as { readonly attributes: JsonObject } | undefined; // the condition above
  return { id: json['id'], csrf: String(token?.attributes['value'] ?? '') };
}
