import type { OutboxMessage } from './message.ts';

/** The result of one try. `reason` is for an operator: it names no recipient and holds nothing of the message. */
export type Sent =
  | { readonly kind: 'sent' }
  /** The message itself is at fault: its address or its content. */
  | { readonly kind: 'permanent'; readonly reason: string }
  /** This message may succeed later. */
  | { readonly kind: 'temporary'; readonly reason: string }
  /** The server is away or refuses the login: that delays every message, and no message is at fault. */
  | { readonly kind: 'away'; readonly reason: string };

/** One try at one message. Never throws; ends soon after `signal`. */
export type Send = (message: OutboxMessage, signal: AbortSignal) => Promise<Sent>;
