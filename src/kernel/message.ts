import type { JsonObject } from './json.ts';

/** A message on a form or page. `id` is permanent, so that clients can translate by it. */
export interface Message {
  readonly id: number;
  readonly text: string;
  readonly type: 'info' | 'error' | 'success';
  readonly context?: JsonObject;
  /** The node that the message is about, such as `traits.email`; undefined: the whole form. Not part of an answer. */
  readonly at?: string;
}
