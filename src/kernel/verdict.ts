import type { Draft } from './draft.ts';
import type { FlowId } from './id.ts';
import type { Message } from './message.ts';
import type { ReturnUrl } from './return-url.ts';

/** prepare: before anything is stored. write: inside the transaction. follow: after the commit, may not refuse. */
export type Phase = 'prepare' | 'write' | 'follow';

/** An item of `continue_with` in an answer; for a browser the next page. */
export type ContinueWith =
  | { readonly action: 'redirect_browser_to'; readonly redirect_browser_to: string }
  | { readonly action: 'set_ory_session_token'; readonly ory_session_token: string }
  | {
      readonly action: 'show_verification_ui';
      readonly flow: { readonly id: FlowId; readonly verifiable_address: string; readonly url?: string };
    }
  | { readonly action: 'show_settings_ui'; readonly flow: { readonly id: FlowId; readonly url?: string } }
  | { readonly action: 'show_recovery_ui'; readonly flow: { readonly id: FlowId; readonly url?: string } };

export type Continue = { readonly kind: 'continue' };
export type Offer = Continue & { readonly offer?: readonly ContinueWith[] };
export type Modify = { readonly kind: 'modify'; readonly draft: Draft };
export type Redirect = { readonly kind: 'redirect'; readonly to: ReturnUrl };
export type Fail = { readonly kind: 'fail'; readonly messages: readonly Message[] };
/** Keeps the writes, skips the other hooks of the phase, and answers 303 to a browser or 403 to a client. */
export type Divert = { readonly kind: 'divert'; readonly to: ReturnUrl; readonly error: Message };

/** The verdicts that a hook may give in each phase: after the commit nothing can be refused. */
export interface VerdictIn {
  prepare: Continue | Modify | Redirect | Fail;
  write: Offer | Fail | Divert;
  follow: Offer | Redirect;
}
export type Verdict = VerdictIn[Phase];

/** The kinds of verdict in each phase, as data. */
export const VERDICT_KINDS: { readonly [P in Phase]: readonly VerdictIn[P]['kind'][] } = {
  prepare: ['continue', 'modify', 'redirect', 'fail'],
  write: ['continue', 'fail', 'divert'],
  follow: ['continue', 'redirect'],
};
