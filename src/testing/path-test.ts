import process from 'node:process';
import { readConfiguration } from '../app/configuration.ts';
import {
  createIdentity,
  flowIn,
  flowOf,
  mailTo,
  open,
  openSent,
  outlast,
  pressed,
  signIn,
  TOO_LONG,
  type Begun,
  type Driven,
} from './paths/server-driver.ts';
import { makePerson, type Person } from './paths/test-person.ts';
import { type Cast, requestFor, showingFor, type Provoke, type Request } from './paths/requests.ts';
import { createHands } from './paths/hands.ts';
import { createVisitor, type Reply, type Visitor } from './paths/http-client.ts';
import { prepare } from './paths/prepare.ts';
import { formatIssue } from '../kernel/issue.ts';
import { isObject, type JsonObject } from '../kernel/json.ts';
import { parseFlowId } from '../kernel/id.ts';
import { must } from '../kernel/error.ts';
import type { MachineGraph } from '../engine/machine/graph.ts';
import { pathsOf, writePath, type FlowPath } from '../analysis/paths.ts';
import { subjectOf, type Subject } from '../analysis/subject.ts';
import { systemRandom } from '../secret/random.ts';
import { openHistory, type History } from '../store/knex/open-history.ts';

export type { Provoke };

export interface PathOptions {
  /** The configuration that the server runs. */
  readonly files: readonly string[];
  /** The public URL, without a trailing slash. This process must be able to read the server's database. */
  readonly publicUrl: string;
  readonly adminUrl: string;
  /** The origin of the pages on which people use passkeys and keys; that of `publicUrl` unless given. */
  readonly origin?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The traits of a test person, unique by `mark`; made from the identity schema unless given. */
  readonly traits?: (mark: string) => JsonObject;
  /** What to add to a submit so that a plugin refuses or redirects. */
  readonly provoke?: Provoke;
  /** By the line that `sallyport paths` prints; all unless given. */
  readonly only?: (line: string) => boolean;
}

export interface PathResult {
  readonly id: string;
  /** As `sallyport paths` prints it. */
  readonly line: string;
  /** taken: the journal of the server says so. missed: the request was sent and took another path. left: it was not sent. */
  readonly result: 'taken' | 'missed' | 'left';
  /** Why the path was left, or what happened instead. */
  readonly why: string;
}

/**
 * Takes every path of a configuration that can be taken, by HTTP requests to a running server, and asks the server's
 * journal whether the request took that path. Mails are read from the outbox, which a server with `--dev` shows. A path that
 * needs a provider, two requests at once or the passing of time is left, with the reason.
 */
export async function runPaths(options: PathOptions): Promise<readonly PathResult[]> {
  const { files, env = process.env, cwd = process.cwd() } = options;
  // `dev` skips the checks of production: the server runs already, so its configuration has passed them.
  const read = await readConfiguration({ files, env, cwd, command: 'check', dev: true });
  const { configuration } = read;
  if (configuration === undefined) throw new Error(read.errors.map(formatIssue).join('\n'));
  const { graphs, methods } = subjectOf(configuration, read.at);
  const schema = must(configuration.schemas.get(configuration.schemas.defaultId), 'The default identity schema');
  const history = await openHistory(configuration.config.dsn, systemRandom);
  const run = systemRandom.uuid().slice(0, 8);
  let count = 0;
  const nextPerson = (): Person => makePerson(schema, `path-${run}-${(count += 1)}`, options.traits);
  try {
    const { privilegedSessionMaxAge } = configuration.config.flows.settings;
    const drive: Drive = {
      publicUrl: options.publicUrl,
      origin: options.origin ?? new URL(options.publicUrl).origin,
      adminUrl: options.adminUrl,
      history,
      nextPerson,
      methods,
      schemaId: schema.id,
      privilegedSessionMaxAge,
    };
    const results: PathResult[] = [];
    for (const graph of graphs.values()) {
      for (const path of pathsOf(graph)) {
        const line = writePath(path);
        if (options.only?.(line) === false) continue;
        const { result, why } = await take(drive, graph, path, options.provoke);
        results.push({ id: path.id, line, result, why });
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

interface Drive extends Driven {
  readonly methods: Subject['methods'];
  readonly history: History;
  readonly nextPerson: () => Person;
  readonly origin: string;
}
type Taken = Pick<PathResult, 'result' | 'why'>;
const left = (why: string): Taken => ({ result: 'left', why });

async function take(drive: Drive, graph: MachineGraph, path: FlowPath, provoke: Provoke = {}): Promise<Taken> {
  const self = drive.nextPerson();
  const [way = ''] = path.from === 'opening' ? (path.steps[0]?.events ?? []) : [path.to[0]?.event ?? ''];
  if (graph.kind !== 'registration' && way !== 'open.sent') await createIdentity(drive, self);
  const visitor = createVisitor();
  const hands = createHands(drive.origin);
  const ready = await prepare(drive, drive.methods, path, way, { self, hands, visitor });
  if ('left' in ready) return left(ready.left);
  if (graph.kind === 'logout') return await logOut(drive, visitor, path);

  const opened =
    way === 'open.sent'
      ? await openSent(drive, visitor, path, self)
      : await open(drive, visitor, graph.kind, way, ready.query);
  if (opened === undefined) return left(`${way} is what the server itself does`);
  const { reply: shown, mail: given } = opened;
  const flow = flowIn(shown.json);
  if (path.from === 'opening') return judgeOpening(path, shown, flow);
  if (flow === undefined) return left(`the flow did not begin: ${shown.status}`);
  if (path.from === 'second.waiting' && isSent(shown)) return left('a message to the only address is sent at once');

  const other = drive.nextPerson();
  if (takes(path)) await createIdentity(drive, other);
  const go = async (steps: FlowPath['steps']): Promise<Reply | { readonly left: string }> => {
    const from = steps[0]?.state;
    const mail = from === 'sent.waiting' ? (given ?? (await mailTo(drive, self))) : undefined;
    if (steps.some(({ events }) => events.includes('challenge.held'))) {
      if (!(await outlast(drive))) return { left: TOO_LONG };
    } else if (from === 'held.waiting') await signIn(drive, visitor, self, '?refresh=true');
    const { methods } = drive;
    let page = await flowOf(drive, visitor, graph.kind, flow.id);
    const cast = (): Cast => ({ self, other, provoke, mail, methods, holds: hands.facing(page.json) });
    const showing = showingFor(graph, steps, cast());
    if (showing !== undefined) {
      await send(drive, visitor, graph, flowIn(page.json) ?? flow, { body: showing });
      page = await flowOf(drive, visitor, graph.kind, flow.id);
    }
    const request = requestFor(graph, steps, cast());
    if ('left' in request) return request;
    return await send(drive, visitor, graph, flowIn(page.json) ?? flow, request);
  };
  for (const leg of legsOf(path.to)) {
    const reply = await go(leg);
    if ('left' in reply) return left(`the way to ${path.from}: ${reply.left}`);
  }
  // Another request uses the mailed code first.
  const late = graph.kind === 'registration' && path.from === 'sent.waiting' && takes(path);
  if (late) await createIdentity(drive, self);
  const reply = await go(path.steps);
  return 'left' in reply ? left(reply.left) : await judge(drive, path, flow.id, reply);
}

const isSent = ({ json }: Reply): boolean => isObject(json) && json['state'] === 'sent_email';
const takes = ({ steps }: FlowPath): boolean => steps.some(({ events }) => events.includes('store.taken'));

async function send(
  { publicUrl }: Drive,
  visitor: Visitor,
  { kind }: MachineGraph,
  { id, csrf }: Begun,
  request: Exclude<Request, { readonly left: string }>,
): Promise<Reply> {
  if ('open' in request) return await pressed(publicUrl, visitor, request.open);
  return await visitor.post(`${publicUrl}/self-service/${kind}?flow=${id}`, { ...request.body, csrf_token: csrf });
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

/** A flow that was refused before it began has no row: only its answer tells. */
function judgeOpening(path: FlowPath, { status }: Reply, flow: Begun | undefined): Taken {
  const turnedAway = path.end === 'refused' || path.end === 'redirected';
  const as = turnedAway ? flow === undefined && status >= 400 : flow !== undefined;
  if (as) return { result: 'taken', why: '' };
  return turnedAway
    ? left('the hooks before the flow let everybody pass')
    : { result: 'missed', why: `answered ${status}` };
}

async function logOut(drive: Drive, visitor: Visitor, path: FlowPath): Promise<Taken> {
  const { publicUrl } = drive;
  const [before] = await drive.history.recent('logout', 0, 1);
  const { json } = await visitor.get(`${publicUrl}/self-service/logout/browser`);
  const url = isObject(json) ? json['logout_url'] : undefined;
  if (typeof url !== 'string') return { result: 'missed', why: 'there was no logout to follow' };
  const reply = await visitor.get(`${publicUrl}/self-service/logout${new URL(url).search}`);
  const [id] = await drive.history.recent('logout', 0, 1);
  if (id === undefined || id === before) return { result: 'missed', why: `answered ${reply.status}` };
  return await judge(drive, path, id, reply);
}

/** Whether the journal says that the flow took this path. */
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
