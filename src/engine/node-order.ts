import type { FlowKind } from '../flow/flow.ts';
import type { Group, Node } from '../flow/json.ts';

/** Groups in the wire's order; one that is not listed comes before all of them (self-service.md 13.2). */
const GROUPS: Readonly<Partial<Record<FlowKind, readonly Group[]>>> = {
  login: ['oidc', 'default', 'webauthn', 'passkey', 'code', 'password', 'totp', 'lookup_secret'],
  registration: ['oidc', 'default', 'webauthn', 'passkey', 'code', 'password', 'profile'],
  settings: ['default', 'profile', 'password', 'oidc', 'lookup_secret', 'webauthn', 'passkey', 'totp'],
};

/** Two stable sorts: by group, then by key within a group, `default` and `password` counting as one. */
export function sortNodes(kind: FlowKind, nodes: readonly Node[], properties: readonly string[]): readonly Node[] {
  const groups = GROUPS[kind];
  if (groups === undefined) return nodes;
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
