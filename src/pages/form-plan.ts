import type { FlowKind } from '../flow/flow.ts';
import type { Group, InputAttributes, Node } from '../flow/json.ts';

/** The nodes of one form. Enter presses the first button. */
export interface FormPlan {
  readonly group: Group;
  readonly hidden: readonly Input[];
  /** Fields, texts, images and anchors, in the flow's order. */
  readonly shown: readonly Node[];
  readonly buttons: readonly Button[];
  /** The buttons take away one key each: they are a list, and Enter presses none of them. */
  readonly keys?: true;
}

export type Input = Node & { readonly attributes: InputAttributes };

export interface Button {
  readonly node: Input;
  /** The button does not use the form's fields, so that the required ones may stay empty. */
  readonly aside: boolean;
}

/** How the nodes of a flow are laid out. */
export type Layout = FlowKind | 'second_factor';

/**
 * Distributes nodes over forms. A method with fields of its own gets its own form, so that Enter submits it and its
 * required fields do not block another method; methods that use only the common fields are further buttons of one form.
 */
export function planForms(layout: Layout, drawn: readonly Node[]): readonly FormPlan[] {
  // A script belongs to the page, not to a form.
  const nodes = drawn.filter(({ attributes }) => attributes.node_type !== 'script');
  const inputs = nodes.filter(isInput);
  const common = nodes.filter(({ group }) => group === 'default');
  const commonHidden = common.filter(isInput).filter(isHidden);
  const commonShown = common.filter((node) => !isInput(node) || (!isHidden(node) && !isButton(node)));
  const groups = [...new Set(nodes.map(({ group }) => group))].filter((group) => group !== 'default');
  const withFields = groups.filter((group) => nodes.some((node) => node.group === group && isField(node)));
  const others = groups.filter((group) => !withFields.includes(group));

  if (layout === 'settings') return groups.flatMap((group) => ofSettings(group));
  // Whoever has several second factors is asked for one of them.
  if (layout === 'second_factor') return groups.map((group) => plan([group], commonShown));
  const ofProviders = (group: Group): boolean =>
    nodes.some((node) => node.group === group && isInput(node) && isButton(node) && namesProvider(node));
  // A provider's button uses no field, unless the form asks for what the provider did not send.
  const apart = (group: Group): boolean =>
    withFields.length + commonShown.length === 0 ||
    (ofProviders(group) && inputs.some((node) => isButton(node) && !ofProviders(node.group)));
  // Whatever needs the common fields stands in one form with them.
  const together = commonShown.length > 0 ? withFields : withFields.slice(0, 1);
  const further = withFields.slice(together.length);
  const beside = others.filter((group) => !apart(group));
  const main =
    together.length + beside.length + commonShown.length === 0 ? [] : [plan([...together, ...beside], commonShown)];
  return [
    ...main,
    ...further.map((group) => plan([group], [])),
    ...others.filter(apart).map((group) => plan([group], [])),
  ];

  /** The keys that are there, and the form that adds another one. */
  function ofSettings(group: Group): readonly FormPlan[] {
    const removals = nodes.filter((node) => node.group === group && isInput(node) && removesKey(node));
    const rest = nodes.filter((node) => node.group === group && !removals.includes(node));
    return [
      ...(removals.length > 0 ? [{ ...planOf(group, removals, []), keys: true } as const] : []),
      ...(rest.length > 0 ? [planOf(group, rest, [])] : []),
    ];
  }

  function plan(members: readonly Group[], shared: readonly Node[]): FormPlan {
    const own = members.flatMap((group) => nodes.filter((node) => node.group === group));
    return planOf(members[0] ?? 'default', own, shared);
  }

  function planOf(group: Group, own: readonly Node[], shared: readonly Node[]): FormPlan {
    const hidden = [...commonHidden, ...own.filter(isInput).filter(isHidden)];
    const buttons = [...common.filter(isInput).filter(isButton), ...own.filter(isInput).filter(isButton)];
    const leading = buttons.find(({ attributes }) => attributes.name === 'method') ?? buttons[0];
    return {
      group,
      hidden: hidden.filter(
        (node, i) => hidden.findIndex((other) => other.attributes.name === node.attributes.name) === i,
      ),
      shown: inOrder([...shared, ...own.filter((node) => !isInput(node) || isField(node))]),
      buttons: [leading, ...buttons.filter((node) => node !== leading)]
        .filter((node) => node !== undefined)
        .map((node) => ({ node, aside: node !== leading })),
    };
  }

  function inOrder(some: readonly Node[]): readonly Node[] {
    return nodes.filter((node) => some.includes(node));
  }
}

export function isInput(node: Node): node is Input {
  return node.attributes.node_type === 'input';
}

/** A button that does nothing but have a message sent again. */
export const resends = ({ attributes }: Input): boolean =>
  isButton({ attributes }) && (attributes.name === 'resend' || attributes.name === 'email');

/** A button that has a message sent again, where one was sent: also that of a form which asks for the address anew. */
export const asksAgain = (button: Input, nodes: readonly Node[]): boolean =>
  resends(button) ||
  (isButton(button) &&
    nodes.some((node) => node.group === button.group && isInput(node) && node.attributes.type === 'email'));

/** A button that takes away a key, which its label tells of. */
const removesKey = (node: Input): boolean =>
  isButton(node) && typeof node.meta.label?.context?.['added_at'] === 'string';

/** The button of an identity provider: its label names the provider. */
export const namesProvider = ({ meta }: Node): boolean => typeof meta.label?.context?.['provider'] === 'string';

const isHidden = ({ attributes }: Input): boolean => attributes.type === 'hidden';
const isButton = ({ attributes }: Pick<Input, 'attributes'>): boolean =>
  attributes.type === 'submit' || attributes.type === 'button';
const isField = (node: Node): boolean => isInput(node) && !isHidden(node) && !isButton(node);
