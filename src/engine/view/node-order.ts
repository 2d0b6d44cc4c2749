import type { FlowKind } from '../../flow/flow.ts';
import type { Group, Node } from '../../flow/json.ts';
import type { View } from '../../strategy/strategy.ts';

/** Node groups in the reference's order; a group that is not listed comes before all of them. */
const GROUPS: Readonly<Partial<Record<FlowKind, readonly Group[]>>> = {
  login: ['oidc', 'default', 'webauthn', 'passkey', 'code', 'password', 'totp', 'lookup_secret'],
  registration: ['oidc', 'default', 'webauthn', 'passkey', 'code', 'password', 'profile'],
  settings: ['default', 'profile', 'password', 'oidc', 'lookup_secret', 'webauthn', 'passkey', 'totp'],
};

/** The ways of a person who has said who they are: in the order in which they are asked. */
const CREDENTIALS: readonly Group[] = ['oidc', 'default', 'webauthn', 'passkey', 'password', 'code'];

/** Two stable sorts: by group, then by key within a group, `default` and `password` counting as one. */
export function sortNodes(
  { kind, page, messages }: Pick<View, 'kind' | 'page' | 'messages'>,
  nodes: readonly Node[],
  properties: readonly string[],
): readonly Node[] {
  // A page that was just reached is as it was put together; one that was refused is sorted.
  const refused = messages.some(({ type }) => type === 'error');
  const groups = kind === 'login' && page === 'credentials' && !refused ? CREDENTIALS : GROUPS[kind];
  const waits = page === 'sent' && !refused && kind !== 'settings';
  if (groups === undefined || waits) return nodes;
  const keys = keysOf(kind, properties);
  const grouped = [...nodes].sort((a, b) => groups.indexOf(a.group) - groups.indexOf(b.group));
  const sorted: Node[] = [];
  while (sorted.length < grouped.length) {
    const rest = grouped.slice(sorted.length);
    const [first] = rest;
    if (first === undefined) break;
    const end = rest.findIndex((node) => family(node) !== family(first));
    const run = end < 0 ? rest : rest.slice(0, end);
    sorted.push(...run.sort((a, b) => rank(a, keys) - rank(b, keys)));
  }
  return sorted;
}

function keysOf(kind: FlowKind, properties: readonly string[]): readonly string[] {
  if (kind === 'login') return ['csrf_token', 'identifier', 'password'];
  if (kind === 'settings') return properties;
  const [first, ...others] = properties;
  return ['csrf_token', ...(first === undefined ? [] : [first]), 'password', ...others];
}

const family = ({ group }: Node): string => (group === 'password' ? 'default' : group);

/** Position of the key a node's name begins with; unknown names after known ones, `method` last. */
function rank({ attributes }: Node, keys: readonly string[]): number {
  const name = 'name' in attributes ? attributes.name : attributes.id;
  if (name === 'method') return keys.length + 1;
  const exact = keys.indexOf(name);
  const found = exact >= 0 ? exact : keys.findIndex((key) => name.startsWith(key));
  return found < 0 ? keys.length : found;
}
