import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { createHttpClient, read } from '../support/http-client.ts';
import { spawnMain, startServer, type TestServer } from '../support/server.ts';
import { CONFIGURATIONS, type ConfigurationName, FILES } from './configurations.ts';
import { type Neighbours, OWED } from './neighbours.ts';
import type { Release } from './releases.ts';
import { emailOf, type Scene, SCENES, type Stage } from './scenes.ts';
import { type Addresses, createVisitor, type Left } from './visitor.ts';

/** What was left in one database: its flows by scene, and the one whose follow leg is due. */
export interface Rows {
  /** When; milliseconds since 1970. */
  readonly at: number;
  readonly left: Readonly<Record<string, Left & { readonly record: FlowRecord }>>;
  readonly owed: string;
  /** What operators find by a filter. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

/** Filters of the list of flows. */
const FILTERS = ['passed', 'waits', 'refused', 'failed', 'elsewhere']
  .map((outcome) => `outcome=${outcome}`)
  .concat('kind=logout', 'hook=web_hook');

/** What operators are shown of a flow. */
export interface FlowRecord {
  /** `opening open form.waiting` */
  readonly steps: readonly string[];
  /** The state. */
  readonly stands: string | undefined;
}

export interface Play {
  readonly release: Release;
  readonly configuration: ConfigurationName;
  readonly database: string;
  readonly neighbours: Neighbours;
  readonly ahead?: number;
}

const TIME = new URL('./time.ts', import.meta.url).href;

const optionsFor = ({ release, configuration, database, neighbours, ahead = 0 }: Play) => ({
  config: CONFIGURATIONS[configuration],
  files: FILES,
  names: { ...neighbours.names, database },
  args: ['serve', '--dev'],
  env: { NODE_OPTIONS: `--import=${TIME}`, SALLYPORT_TEST_AHEAD: String(ahead) },
  program: release.program,
});

export const start = (play: Play): Promise<TestServer> => startServer({ ...optionsFor(play), migrated: true });

/** Makes the tables as a release wants them. */
export async function migrate({ release, database }: Play): Promise<void> {
  const { status, output } = await command(release, ['migrate', 'sql', '-e', '--yes'], {
    DSN: `sqlite://${database}?_fk=true`,
  });
  expect(status, output).toBe(0);
}

/** Runs a command of a release to its end. */
export async function command(
  { program }: Release,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: unknown; readonly output: string }> {
  const child = spawnMain(args, env, program);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const status = await new Promise((resolve) => child.once('close', resolve));
  return { status, output };
}

export const scenesOf = (configuration: ConfigurationName): readonly Scene[] =>
  SCENES.filter((scene) => scene.configuration === configuration);

function stageFor(scene: Scene, server: TestServer, neighbours: Neighbours, left?: Left): Stage {
  return { server, neighbours, visitor: createVisitor(server, left), email: emailOf(scene) };
}

/** Plays the first half of every scene. Ends the server in the middle of a follow leg. */
export async function beginAll({ configuration, database, neighbours }: Play, server: TestServer): Promise<Rows> {
  const left: Record<string, Rows['left'][string]> = {};
  for (const scene of scenesOf(configuration)) {
    const stage = stageFor(scene, server, neighbours);
    await scene.begin(stage).catch((cause: unknown) => {
      throw new Error(`${scene.name}: ${String(cause)}\n${server.log()}`, { cause });
    });
    const hand = await stage.visitor.leave();
    left[scene.name] = { ...hand, record: await recordOf(server, hand.flow) };
    stage.visitor.close();
  }
  const lists = await listsOf(server);
  const owed = await owe(server, neighbours, database, configuration);
  await server.kill9();
  rmSync(server.folder, { recursive: true });
  return { at: Date.now(), left, owed, lists };
}

/** A registration whose hook after it has not answered yet. */
async function owe(
  server: TestServer,
  { hooks }: Neighbours,
  database: string,
  configuration: ConfigurationName,
): Promise<string> {
  hooks.forget();
  const visitor = createVisitor(server);
  await visitor.begin('registration');
  const { flow } = await visitor.leave();
  const traits = { email: OWED, name: 'Owed' };
  if (configuration === 'two-pages') await visitor.send({ method: 'profile', traits });
  const answer = visitor.send({ method: 'password', traits, password: 'clouds over the harbour' });
  void answer.catch(() => undefined); // the server is ended before it answers
  while (!hooks.received.some(({ body }) => read(body, 'email') === OWED)) await delay(20);
  expect(flowIn(database, flow)).toMatchObject({ finished: 0, follow_due: expect.any(Number) });
  visitor.close();
  return flow;
}

/** The page of a flow on the admin listener. */
export async function recordOf({ adminUrl }: Addresses, flow: string): Promise<FlowRecord> {
  const http = createHttpClient({ cookies: false });
  const { text } = await http.get(`${adminUrl}/flows/${flow}`);
  http.close();
  const steps = [...text.matchAll(/<li data-from="([^"]+)"(?: data-to="([^"]+)")? data-event="([^"]+)"/g)];
  return {
    steps: steps.map(([, from, to, event]) => `${from} ${event} ${to}`),
    stands: /class="state[^"]* here[^"]*" id="s-([^"]+)"/.exec(text)?.[1],
  };
}

/** The ids of flows that each filter finds. */
export async function listsOf({ adminUrl }: Addresses): Promise<Rows['lists']> {
  const http = createHttpClient({ cookies: false });
  const found = FILTERS.map(async (filter): Promise<[string, readonly string[]]> => {
    const { text } = await http.get(`${adminUrl}/?${filter}`);
    return [filter, [...text.matchAll(/data-flow-id="([^"]+)"/g)].map(([, id = '']) => id)];
  });
  const lists = Object.fromEntries(await Promise.all(found));
  http.close();
  return lists;
}

/** The stored row of a flow. */
export function flowIn(database: string, id: string): Readonly<Record<string, unknown>> | undefined {
  const opened = new DatabaseSync(database, { readOnly: true });
  try {
    return opened.prepare('SELECT * FROM flows WHERE id = ?').get(id);
  } finally {
    opened.close();
  }
}

/** Where somebody takes up what was left of a scene, and how the flow was shown before. */
export function resume(scene: Scene, rows: Rows, server: TestServer, neighbours: Neighbours) {
  const left = rows.left[scene.name];
  if (left === undefined) throw new Error(`Nothing was left by the scene ${scene.name}.`);
  const stage = stageFor(scene, server, neighbours, left);
  return { stage, shown: left.shown, close: () => stage.visitor.close() };
}

const folder = fileURLToPath(new URL('./rows/', import.meta.url));
export const keptDatabase = (configuration: ConfigurationName): string => join(folder, `${configuration}.sqlite`);

export function readRows(configuration: ConfigurationName): Rows {
  // Written by make.ts.
  return JSON.parse(readFileSync(join(folder, `${configuration}.json`), 'utf8')) as Rows;
}

export function writeRows(configuration: ConfigurationName, rows: Rows): void {
  writeFileSync(join(folder, `${configuration}.json`), `${JSON.stringify(rows, null, 2)}\n`);
}
