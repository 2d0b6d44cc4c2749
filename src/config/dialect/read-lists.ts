import type { Outcome } from '../check.ts';
import type { HookList, MethodName } from '../config.ts';
import type { Problems } from '../source/problems.ts';
import type { YamlTree } from '../source/yaml-tree.ts';
import { isBetween, isMixed, type Origin } from './dialect.ts';
import { readHookList, type ReadList } from './hook-list.ts';
import { conflict } from './move-old-keys.ts';
import { asToday } from './old-hooks.ts';
import { spreadPasswordless } from './passwordless.ts';
import { DIALECT_NAMES } from './say-origin.ts';

interface ListSource {
  readonly whole: YamlTree;
  readonly origin: Origin;
  /** Verification is on: it sends by itself. */
  readonly verifies: boolean;
  readonly problems: Problems;
}

/** Reads every list that is written, each in the words of its own release. */
export function readLists(
  { lists }: Outcome,
  spread: Parameters<typeof spreadPasswordless>[1],
  { whole, origin, verifies, problems }: ListSource,
): readonly HookList[] {
  const between = isBetween(origin);
  const sendsByItself = origin.older.length > 0 && verifies;
  const read = lists
    .map((list) => readHookList(list, problems))
    .filter((list) => list !== undefined)
    .map((list) => asToday(list, { between, sendsByItself, problems }));
  const kept: ReadList[] = [];
  for (const list of read) {
    const twin = kept.find(
      ({ flow, point, method, entries }) =>
        flow === list.flow &&
        point === list.point &&
        method === list.method &&
        entries.length > 0 &&
        list.entries.length > 0,
    );
    if (twin) conflict(problems, { at: list.tree }, { at: twin.tree });
    else kept.push(list);
  }
  const dialects = new Set([
    origin.dialect,
    ...kept.filter(({ entries }) => entries.length > 0).map((list) => list.dialect),
  ]);
  if (isMixed(whole) || dialects.size > 1) {
    const first = kept.find((list) => list.dialect !== origin.dialect);
    problems.warn(
      first?.tree ?? { path: 'selfservice', place: undefined },
      'mixed-dialects',
      'mixes spellings of several versions',
      `each hook list keeps the meaning of its own; what has no list follows ${DIALECT_NAMES[origin.dialect]}`,
    );
  }
  return spreadPasswordless(kept, spread, problems);
}

/** What `sallyport dev` runs after registration when nobody configured anything: who registers is signed in. */
export const builtInLists = (methods: readonly MethodName[], checked: Outcome): readonly HookList[] =>
  methods
    .map((method): HookList => {
      const path = `selfservice.flows.registration.after.${method}.hooks`;
      return {
        name: `registration.after.${method}`,
        flow: 'registration',
        point: 'after',
        method,
        dialect: 'current',
        path,
        entries: [{ hook: 'session', id: undefined, config: undefined, path: `${path}[0]`, place: undefined }],
      };
    })
    .filter(({ path }) => !isSet(checked, path));

const isSet = ({ lists }: Outcome, path: string): boolean => lists.some(({ tree }) => tree.path.endsWith(path));
