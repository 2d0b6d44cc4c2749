import type { Message } from './message.ts';

/** A message as the tables have it. */
export interface Entry {
  readonly type: Message['type'];
  /** `{name}` stands for a member of the message's context. */
  readonly text: string;
}

export const info = (text: string): Entry => ({ type: 'info', text });
export const success = (text: string): Entry => ({ type: 'success', text });
export const error = (text: string): Entry => ({ type: 'error', text });
