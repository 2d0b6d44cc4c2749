import { isObject } from '../../kernel/json.ts';
import type { HookEntry } from '../config.ts';
import { childPath } from '../source/yaml-tree.ts';
import type { Problems } from '../source/problems.ts';
import type { ReadList } from './hook-list.ts';
import { warnOfName } from './move-old-keys.ts';

/** What decides how entries of former releases are read. */
export interface ListReading {
  /** The names of the file ended with v0.8: `verify` after settings did nothing there. */
  readonly between: boolean;
  /** Some names of the file ended with v0.8, and verification sends by itself. */
  readonly sendsByItself: boolean;
  readonly problems: Problems;
}

/** The entries of a list below `selfservice.flows` as they are written today. */
export function asToday(list: ReadList, reading: ListReading): ReadList {
  if (list.dialect !== 'current') return list;
  return { ...list, entries: list.entries.filter((entry) => isKept(list, entry, reading)).map(readBody) };

  function readBody(entry: HookEntry): HookEntry {
    const { config } = entry;
    const body = entry.hook === 'web_hook' && isObject(config) ? config['body'] : undefined;
    if (!isObject(config) || typeof body !== 'string' || body === '' || SCHEME.test(body)) return entry;
    const at = { path: childPath(childPath(entry.path, 'config'), 'body'), place: entry.place };
    warnOfName({ at }, 'v0.6, v0.7: a path without a scheme', `write file://${body}`, reading.problems);
    return { ...entry, config: { ...config, body: `file://${body}` } };
  }
}

const SCHEME = /^[a-z0-9]+:\/\//;

/** Releases v0.4 and v0.5 took `verify` after settings, and sent because verification was on, not because of it. */
function isKept(
  { flow, point }: ReadList,
  entry: HookEntry,
  { between, sendsByItself, problems }: ListReading,
): boolean {
  if (entry.hook !== 'verify' || flow !== 'settings' || point !== 'after') return true;
  if (!between && !sendsByItself) return true;
  problems.warn(
    entry,
    'no-effect',
    'is `verify`, which v0.4 and v0.5 took here and did not run',
    'remove it: verification sends by itself where it is enabled',
  );
  return false;
}
