import type { InputAttributes, Node } from '../../flow/json.ts';

/**
 * Several strategies want `identifier`, or the same script: one node remains, a field with the later one's attributes, a script in
 * the later one's place. Buttons may share a name.
 */
export function oneOfEach(nodes: readonly Node[]): readonly Node[] {
  const kept: Node[] = [];
  for (const node of nodes) {
    const i = kept.findIndex((other) => sameScript(other, node) || sameField(other, node));
    if (i < 0) kept.push(node);
    else if (node.type === 'script') kept.push(...kept.splice(i, 1));
    else kept[i] = node;
  }
  return kept;
}

export const inputOf = (node: Node): InputAttributes | undefined =>
  node.attributes.node_type === 'input' ? node.attributes : undefined;
export const nameOf = (node: Node): string | undefined => inputOf(node)?.name;
const sameField = (one: Node, other: Node): boolean => isField(one) && isField(other) && nameOf(one) === nameOf(other);
const sameScript = ({ attributes: one }: Node, { attributes: other }: Node): boolean =>
  one.node_type === 'script' && other.node_type === 'script' && one.src === other.src;
const isField = (node: Node): boolean => {
  const attributes = inputOf(node);
  return (
    attributes !== undefined &&
    attributes.type !== 'submit' &&
    !(attributes.type === 'hidden' && attributes.name === 'method')
  );
};
