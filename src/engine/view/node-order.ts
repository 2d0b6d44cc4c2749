import { PAGE } from '../../flow/page.ts';
import type { FlowKind } from '../../flow/flow.ts';
import type { Group, Node } from '../../flow/json.ts';
import type { NodeOrder } from '../../strategy/method.ts';
import type { Methods } from '../../strategy/registry.ts';
import type { View } from '../../strategy/strategy.ts';

/** Where the group `default` stands among those of the methods: their numbers stand in each `method.ts`. */
const DEFAULT_ORDER: Readonly<Record<keyof NodeOrder, number>> = {
  login: 20,
  credentials: 20,
  registration: 20,
  settings: 10,
};

/** The method that a submit of the settings asked to show something: its nodes are shown last, and nothing was saved. */
export const shownBy = (values: View['values']): string | undefined =>
  typeof values['shown'] === 'string' ? values['shown'] : undefined;

/** Two stable sorts: by group, then by key within a group. Groups that sort with `default` count as one with it. */
export function sortNodes(
  methods: Methods,
  { kind, page, messages, values }: Pick<View, 'kind' | 'page' | 'messages' | 'values'>,
  nodes: readonly Node[],
  properties: readonly string[],
): readonly Node[] {
  if (kind !== 'login' && kind !== 'registration' && kind !== 'settings') return nodes;
  // A page that was just reached stands as it was put together; one that was refused is sorted.
  const refused = messages.some(({ type }) => type === 'error');
  if ((page === PAGE.sent || page === PAGE.key) && !refused && kind !== 'settings') return nodes;
  // A person whose identifier is known is asked for the proofs in an order of their own.
  const form = kind === 'login' && page === PAGE.credentials && !refused ? 'credentials' : kind;
  const shown = shownBy(values);
  const last = shown === undefined ? undefined : methods.group(shown);
  // A group that no method orders comes before all others.
  const place = (group: Group): number => {
    if (group === 'default') return DEFAULT_ORDER[form];
    return group === last ? Infinity : (methods.order(group, form) ?? 0);
  };
  const keys = keysOf(methods, kind, properties);
  const grouped = [...nodes].sort((a, b) => place(a.group) - place(b.group));
  const sorted: Node[] = [];
  while (sorted.length < grouped.length) {
    const rest = grouped.slice(sorted.length);
    const [first] = rest;
    if (first === undefined) break;
    const end = rest.findIndex((node) => family(methods, node) !== family(methods, first));
    const run = end < 0 ? rest : rest.slice(0, end);
    sorted.push(...run.sort((a, b) => rank(a, keys) - rank(b, keys)));
  }
  return sorted;
}

function keysOf({ all }: Methods, kind: FlowKind, properties: readonly string[]): readonly string[] {
  if (kind === 'settings') return properties;
  const fields = all.flatMap(({ sortedFields = [] }) => sortedFields);
  if (kind === 'login') return ['csrf_token', 'identifier', ...fields];
  const [first, ...others] = properties;
  return ['csrf_token', ...(first === undefined ? [] : [first]), ...fields, ...others];
}

const family = ({ ofGroup }: Methods, { group }: Node): Group =>
  ofGroup(group)?.sortedFields === undefined ? group : 'default';

/** Position of the key a node's name begins with; unknown names after known ones, `method` last. */
function rank({ attributes }: Node, keys: readonly string[]): number {
  const name = 'name' in attributes ? attributes.name : attributes.id;
  if (name === 'method') return keys.length + 1;
  const exact = keys.indexOf(name);
  const found = exact >= 0 ? exact : keys.findIndex((key) => name.startsWith(key));
  return found < 0 ? keys.length : found;
}
