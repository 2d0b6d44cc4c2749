import type { Issue } from '../kernel/issue.ts';
import type { Config, FlowName, HookList, MethodName } from './config.ts';

/** The list that runs: the method's own if it has entries, else the flow's, else an empty one of the file's dialect. */
export function listFor(
  config: Pick<Config, 'lists' | 'dialect'>,
  flow: FlowName,
  point: 'before' | 'after',
  method?: MethodName,
): HookList {
  const own = method && find(config.lists, flow, point, method);
  if (own && own.entries.length > 0) return own;
  const generic = find(config.lists, flow, point, undefined);
  if (generic && generic.entries.length > 0) return generic;
  const name = `${flow}.${point}${method ? `.${method}` : ''}`;
  const path = `selfservice.flows.${name}.hooks`;
  return own ?? generic ?? { name, flow, point, method, dialect: config.dialect, path, entries: [] };
}

const find = (
  lists: readonly HookList[],
  flow: FlowName,
  point: 'before' | 'after',
  method: MethodName | undefined,
): HookList | undefined => lists.find((list) => list.flow === flow && list.point === point && list.method === method);

/** A flow's list that methods with a list of their own never reach: same as the reference, but said aloud. */
export function shadowed({ lists }: Pick<Config, 'lists'>): readonly Issue[] {
  return lists
    .filter(({ method, entries }) => method === undefined && entries.length > 0)
    .flatMap((generic) => {
      const others = lists.filter(
        ({ flow, point, method, entries }) =>
          flow === generic.flow && point === generic.point && method !== undefined && entries.length > 0,
      );
      if (others.length === 0) return [];
      const methods = [...new Set(others.map(({ method }) => method))].join(', ');
      const paths = [...new Set(others.map(({ path }) => path))].join(', ');
      return [
        {
          place: generic.entries[0]?.place,
          path: generic.path,
          found: `does not run for ${methods}: ${paths} stands in its place`,
          allowed: 'repeat the hooks there if they shall run too',
        },
      ];
    });
}
