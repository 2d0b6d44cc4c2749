import type { Config, HookList, MethodName } from '../config/config.ts';

/** The lanes a list is used for: its method's, or those of the flow and of all methods that have no list of their own. */
export function lanesOf(
  list: HookList,
  { lists, methods }: Pick<Config, 'lists' | 'methods'>,
): readonly (MethodName | undefined)[] {
  if (list.method !== undefined)
    return list.entries.length === 0 && flowListBeside(list, lists) !== undefined ? [] : [list.method];
  if (list.point === 'before' || list.flow === 'logout') return [undefined];
  return [undefined, ...Object.keys(methods).filter((method) => ownListOf(method, list, lists) === undefined)];
}

/** The list of the flow itself, which methods without a list of their own use. */
export const flowListBeside = (list: HookList, lists: readonly HookList[]): HookList | undefined =>
  lists.find((each) => each.flow === list.flow && each.point === list.point && each.method === undefined);

/** The list that a method uses instead of the flow's. */
export const ownListOf = (method: MethodName, of: HookList, lists: readonly HookList[]): HookList | undefined =>
  lists.find(
    (each) => each.flow === of.flow && each.point === of.point && each.method === method && each.entries.length > 0,
  );
