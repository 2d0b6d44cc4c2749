import type { Phase } from '../kernel/verdict.ts';
import type { Finding } from './finding.ts';
import { pathsOf, writePath, type FlowPath } from './paths.ts';
import { prove, type Proof } from './check-configuration.ts';
import { compareSettings, type SettingChange } from './settings.ts';
import { methodOf, type Subject } from './subject.ts';

export interface HookMove {
  readonly lane: string;
  readonly hook: string;
  readonly from: Phase;
  readonly to: Phase;
  /** It ran before the commit and runs after it now, or the other way round. */
  readonly acrossPersisting: boolean;
}

/** What one configuration does that another does not. */
export interface Diff {
  readonly pathsAdded: readonly string[];
  readonly pathsRemoved: readonly string[];
  readonly hooksAdded: readonly string[];
  readonly hooksRemoved: readonly string[];
  readonly hooksMoved: readonly HookMove[];
  readonly hooksReordered: readonly string[];
  /** Rules that held and hold no more, with what shows it, and settings that protect less. */
  readonly lost: readonly Loss[];
  readonly gained: readonly string[];
  readonly settings: readonly SettingChange[];
}
export interface Loss {
  readonly what: string;
  readonly findings: readonly Finding[];
}

/** Compares two configurations by what they do. */
export function diffSubjects(before: Subject, after: Subject): Diff {
  const [old, now] = [lanesOf(before), lanesOf(after)];
  const [oldProof, newProof] = [prove(before), prove(after)];
  const lanes = [...new Set([...old.keys(), ...now.keys()])];
  const settings = compareSettings(before.config, after.config, after.methods);
  const keys = (lane: ReadonlyMap<string, Phase> | undefined): readonly string[] => [...(lane?.keys() ?? [])];
  return {
    ...pathsBetween(before, after),
    hooksAdded: lanes.flatMap((lane) => named(lane, missing(keys(now.get(lane)), keys(old.get(lane))))),
    hooksRemoved: lanes.flatMap((lane) => named(lane, missing(keys(old.get(lane)), keys(now.get(lane))))),
    hooksMoved: lanes.flatMap((lane) => moves(lane, old.get(lane), now.get(lane))),
    hooksReordered: lanes.filter((lane) => isReordered(old.get(lane), now.get(lane))),
    lost: [
      ...losses(oldProof, newProof),
      ...settings.filter(({ weaker }) => weaker).map(({ what }) => ({ what, findings: [] })),
    ],
    gained: [
      ...newProof.rules.filter(({ id, holds }) => holds && !holdsIn(oldProof, id)).map(({ text }) => text),
      ...settings.filter(({ stronger }) => stronger).map(({ what }) => what),
    ],
    settings,
  };
}

/** The comparison as lines, the worst first. */
export function writeDiff(diff: Diff): readonly string[] {
  const part = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [`${title} (${lines.length})`, ...lines.map((line) => `  ${line}`)];
  const moved = ({ lane, hook, from, to, acrossPersisting }: HookMove): string =>
    `${lane} ${hook}: ${from} → ${to}${acrossPersisting ? ', across the persist boundary' : ''}`;
  const lines = [
    ...part(
      'Guarantees lost',
      diff.lost.flatMap(({ what, findings }) => [what, ...findings.map(({ at, found }) => `  ${at.path}: ${found}`)]),
    ),
    ...part('Guarantees gained', diff.gained),
    ...part('Hooks moved', diff.hooksMoved.map(moved)),
    ...part('Hooks added', diff.hooksAdded),
    ...part('Hooks removed', diff.hooksRemoved),
    ...part('Hooks in another order', diff.hooksReordered),
    ...part('Paths added', diff.pathsAdded),
    ...part('Paths removed', diff.pathsRemoved),
    ...part(
      'Settings',
      diff.settings.map(({ what }) => what),
    ),
  ];
  return lines.length > 0 ? lines : ['The two do the same.'];
}

function pathsBetween(before: Subject, after: Subject): Pick<Diff, 'pathsAdded' | 'pathsRemoved'> {
  const [old, now] = [byId(before), byId(after)];
  const only = (these: ReadonlyMap<string, FlowPath>, those: ReadonlyMap<string, FlowPath>): readonly string[] =>
    [...these].filter(([id]) => !those.has(id)).map(([, path]) => writePath(path));
  return { pathsAdded: only(now, old), pathsRemoved: only(old, now) };
}

const byId = ({ graphs }: Subject): ReadonlyMap<string, FlowPath> =>
  new Map([...graphs.values()].flatMap(pathsOf).map((path) => [path.id, path]));

/** What runs in each lane of a machine, in order. */
function lanesOf({ graphs }: Subject): ReadonlyMap<string, ReadonlyMap<string, Phase>> {
  const lanes = new Map<string, Map<string, Phase>>();
  for (const graph of graphs.values()) {
    for (const state of graph.states.values()) {
      const { hook } = state;
      if (hook === undefined) continue;
      const method = methodOf(state);
      const name = method === undefined ? hook.point : `${hook.point}.${method}`;
      const lane = lanes.get(name) ?? new Map<string, Phase>();
      lanes.set(name, lane.set(hook.key, hook.phase));
    }
  }
  return lanes;
}

const missing = (these: readonly string[], those: readonly string[]): readonly string[] =>
  these.filter((each) => !those.includes(each));
const named = (lane: string, hooks: readonly string[]): readonly string[] => hooks.map((hook) => `${lane} ${hook}`);

function moves(
  lane: string,
  old: ReadonlyMap<string, Phase> | undefined,
  now: ReadonlyMap<string, Phase> | undefined,
): readonly HookMove[] {
  return [...(old ?? [])].flatMap(([hook, from]): readonly HookMove[] => {
    const to = now?.get(hook);
    if (to === undefined || to === from) return [];
    return [{ lane, hook, from, to, acrossPersisting: (from === 'follow') !== (to === 'follow') }];
  });
}

function isReordered(
  old: ReadonlyMap<string, Phase> | undefined,
  now: ReadonlyMap<string, Phase> | undefined,
): boolean {
  if (old === undefined || now === undefined) return false;
  const both = (these: ReadonlyMap<string, Phase>, those: ReadonlyMap<string, Phase>): string =>
    [...these]
      .filter(([hook, phase]) => those.get(hook) === phase)
      .map(([hook]) => hook)
      .join();
  return both(old, now) !== both(now, old);
}

const holdsIn = ({ rules }: Proof, id: string): boolean => rules.some((rule) => rule.id === id && rule.holds);

function losses(before: Proof, after: Proof): readonly Loss[] {
  return after.rules
    .filter(({ id, holds }) => !holds && holdsIn(before, id))
    .map(({ id, text }) => ({ what: text, findings: after.findings.filter((each) => each.id === id) }));
}
