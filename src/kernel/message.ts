import type { JsonObject } from './json.ts';

/** A sentence for a person, by permanent number. Clients translate by `id`. */
export interface Message {
  readonly id: number;
  readonly text: string;
  readonly type: 'info' | 'error' | 'success';
  readonly context?: JsonObject;
  /** The node it belongs to (`traits.email`, `password`); absent: the whole form. Not on the wire. */
  readonly at?: string;
}
