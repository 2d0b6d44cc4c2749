import type { Json, JsonObject } from '../kernel/json.ts';
import type { Message } from '../kernel/message.ts';

/** Whose part of a form a node is: `default`, or the group of a method. */
export type Group = string;

export type InputType =
  | 'text'
  | 'password'
  | 'number'
  | 'checkbox'
  | 'hidden'
  | 'email'
  | 'tel'
  | 'submit'
  | 'button'
  | 'datetime-local'
  | 'date'
  | 'url';

export type WireMessage = Omit<Message, 'at'>;

export interface InputAttributes {
  readonly name: string;
  readonly type: InputType;
  readonly value?: Json;
  readonly required?: true;
  readonly autocomplete?: string;
  readonly pattern?: string;
  readonly disabled: boolean;
  readonly maxlength?: number;
  /** Scripts for pages that run them in place, and the name of the function for pages that bind it themselves. */
  readonly onclick?: string;
  readonly onclickTrigger?: string;
  readonly onload?: string;
  readonly onloadTrigger?: string;
  readonly node_type: 'input';
}
export interface AnchorAttributes {
  readonly href: string;
  readonly title: WireMessage;
  readonly id: string;
  readonly node_type: 'a';
}
export interface TextAttributes {
  readonly text: WireMessage;
  readonly id: string;
  readonly node_type: 'text';
}
export interface ImageAttributes {
  readonly src: string;
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly node_type: 'img';
}
export interface ScriptAttributes {
  readonly src: string;
  readonly async: true;
  readonly referrerpolicy: 'no-referrer';
  readonly crossorigin: 'anonymous';
  readonly integrity: string;
  readonly type: 'text/javascript';
  readonly id: string;
  readonly nonce: string;
  readonly node_type: 'script';
}

export interface Node {
  readonly type: 'input' | 'a' | 'text' | 'img' | 'script';
  readonly group: Group;
  readonly attributes: InputAttributes | AnchorAttributes | TextAttributes | ImageAttributes | ScriptAttributes;
  readonly messages: readonly WireMessage[];
  readonly meta: { readonly label?: WireMessage };
}

/** An input node; `undefined` members are left out of the JSON. */
export function input(
  group: Group,
  name: string,
  type: InputType,
  more: Partial<Omit<InputAttributes, 'name' | 'type' | 'node_type'>> & {
    readonly label?: WireMessage | undefined;
  } = {},
): Node {
  const { label, value, required, autocomplete, pattern, disabled, maxlength, ...scripts } = more;
  return {
    type: 'input',
    group,
    attributes: {
      name,
      type,
      ...(value !== undefined && value !== null && { value }),
      ...(required && { required }),
      ...(autocomplete !== undefined && { autocomplete }),
      ...(pattern !== undefined && { pattern }),
      disabled: disabled ?? false,
      ...(maxlength !== undefined && { maxlength }),
      ...scripts,
      node_type: 'input',
    },
    messages: [],
    meta: label === undefined ? {} : { label },
  };
}

export interface Ui {
  readonly action: string;
  readonly method: 'POST' | 'GET';
  readonly nodes: readonly Node[];
  readonly messages?: readonly WireMessage[];
}

/** A flow as clients see it; members beyond these follow its kind. */
export type FlowJson = {
  readonly id: string;
  readonly type: 'browser' | 'api';
  readonly expires_at: string;
  readonly issued_at: string;
  readonly request_url: string;
  readonly return_to?: string;
  readonly active?: string;
  readonly ui: Ui;
  readonly state: string;
} & Readonly<Record<string, unknown>>;

/** The public view of an identity: no credentials, no admin metadata. */
export type IdentityJson = JsonObject;

/** True for a field whose characters a browser does not show. */
export const hidesTyping = ({ type }: InputAttributes): boolean => type === 'password';
