import { type Group, type InputType, type Node, input } from '../flow/json.ts';
import type { IdentitySchema } from '../identity/schema.ts';
import type { TraitProperty } from '../identity/trait-property.ts';
import type { Traits } from '../kernel/draft.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { Message } from '../kernel/message.ts';
import { say } from '../kernel/messages.ts';
import { type Field, decode, objectIn, sends, typedTraits } from './decode.ts';
import type { Body, Values } from './strategy.ts';

export interface TraitNodes {
  readonly group: Group;
  /** By node name. */
  readonly values: Values;
  /** The traits ride along on a page that asks for something else. */
  readonly hidden: boolean;
  /** A hidden field that is wrong is shown, or nobody could put it right. */
  readonly messages?: readonly Message[];
}

/** One input for each trait a form can ask for, in the order of the schema. */
export function traitNodes(
  schema: IdentitySchema,
  { group, values, hidden, messages = [] }: TraitNodes,
): readonly Node[] {
  const wrong = new Set(messages.map(({ at }) => at));
  return schema.properties
    .filter(hasInput)
    .map((property) => traitNode(property, group, values, hidden && !wrong.has(property.name)));
}

/**
 * The traits that a body carries, the same by node name for showing them again, and the other fields asked for: all read
 * in one go, because what may be sent twice depends on the schema. A trait that was left empty is null among the values,
 * so that nothing older shows in its place: a form has all its fields in it, a JSON body may name some of them.
 */
export function readTraits(
  schema: IdentitySchema,
  body: Body,
  others: readonly Field[] = [],
): { readonly traits: Traits; readonly values: Values; readonly decoded: JsonObject } {
  const decoded = decode(body, [...schema.properties, ...others]);
  const traits = objectIn(decoded, 'traits');
  const whole = body.kind === 'form' && carriesTraits(body);
  const said = schema.properties.filter((property) => hasInput(property) && (whole || sends(body, property.name)));
  const emptied = Object.fromEntries(said.map(({ name }) => [name, null]));
  return { traits, values: { ...emptied, ...typedTraits(schema.properties, traits) }, decoded };
}

/** True when the body says anything about traits. */
export function carriesTraits(body: Body): boolean {
  const names = body.kind === 'form' ? [...body.pairs.keys()] : Object.keys(body.value);
  return names.some((name) => name === 'traits' || name.startsWith('traits.'));
}

/** An identity's traits by node name. */
export function traitValues(schema: IdentitySchema, traits: JsonObject): Values {
  return typedTraits(schema.properties, traits);
}

/** What is typed stands before what is stored: but only as a whole, because what was emptied must stay empty. */
export function shownTraits(schema: IdentitySchema, typed: Values, stored: JsonObject | undefined): Values {
  const any = Object.keys(typed).some((name) => name.startsWith('traits.'));
  return any || stored === undefined ? typed : { ...typed, ...traitValues(schema, stored) };
}

const hasInput = ({ type, items }: TraitProperty): boolean =>
  type !== 'object' && (type !== 'array' || items !== undefined);

function traitNode(property: TraitProperty, group: Group, values: Values, hidden: boolean): Node {
  const { name, title, pattern, required, disabled } = property;
  const { type, autocomplete } = inputOf(property);
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  return input(group, name, hidden ? 'hidden' : type, {
    ...(value !== undefined && value !== null && { value }),
    ...(required && { required }),
    ...(autocomplete !== undefined && { autocomplete }),
    ...(pattern !== undefined && { pattern }),
    disabled,
    label: title === undefined ? undefined : say(1070002, { title, name }),
  });
}

const BY_FORMAT: Readonly<Record<string, { readonly type: InputType; readonly autocomplete?: string }>> = {
  email: { type: 'email', autocomplete: 'email' },
  tel: { type: 'tel', autocomplete: 'tel' },
  uri: { type: 'url', autocomplete: 'url' },
  date: { type: 'date' },
  'date-time': { type: 'datetime-local' },
};

function inputOf({ type, format }: TraitProperty): { readonly type: InputType; readonly autocomplete?: string } {
  if (type === 'number' || type === 'integer') return { type: 'number' };
  if (type === 'boolean') return { type: 'checkbox' };
  const special = format !== undefined && Object.hasOwn(BY_FORMAT, format) ? BY_FORMAT[format] : undefined;
  return (type === 'string' ? special : undefined) ?? { type: 'text' };
}
