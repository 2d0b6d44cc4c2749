import type { HookList, MethodName } from '../config.ts';
import type { ReadList } from './hook-list.ts';
import type { NamedSection } from '../method-section.ts';
import type { Problems } from '../source/problems.ts';

export interface Spread {
  /** The methods that the list stands for, as configured. */
  readonly passwordless: readonly MethodName[];
  readonly sections: readonly NamedSection[];
}

/** Spreads a `passwordless` list over the methods it stands for; a method's own list wins. */
export function spreadPasswordless(
  lists: readonly ReadList[],
  { passwordless: methods, sections }: Spread,
  problems: Problems,
): readonly HookList[] {
  const known = sections.filter(({ passwordless }) => passwordless !== undefined).map(({ name }) => name);
  return lists.flatMap((list): readonly HookList[] => {
    const { method } = list;
    if (method !== 'passwordless') return [named(list, method)];
    if (list.entries.length === 0) return [];
    if (methods.length === 0) {
      problems.warn(
        list.tree,
        'unreachable',
        'cannot run',
        `no passwordless method (${known.join(', ')}) is on for signing in`,
      );
      // The list stays, so that its hooks are still checked.
      return [named(list, known[0])];
    }
    const taken = (each: MethodName): boolean =>
      lists.some(
        (other) =>
          other.flow === list.flow && other.point === list.point && other.method === each && other.entries.length > 0,
      );
    return methods.filter((each) => !taken(each)).map((each) => named(list, each));
  });
}

function named({ flow, point, dialect, path, entries }: ReadList, method: MethodName | undefined): HookList {
  const name = `${flow}.${point}${method ? `.${method}` : ''}`;
  return { name, flow, point, method, dialect, path, entries };
}
