import type { Draft } from './draft.ts';
import type { FlowId } from './id.ts';
import type { Message } from './message.ts';
import type { ReturnUrl } from './return-url.ts';

/** prepare: nothing is stored, may refuse. write: inside the transaction. follow: stored, may no longer refuse. */
export type Phase = 'prepare' | 'write' | 'follow';

/** An item of the answer's `continue_with`; for a browser the next page. */
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
/** Keep what was written, skip the rest of the box, answer 303, or 403 to a client. */
export type Divert = { readonly kind: 'divert'; readonly to: ReturnUrl; readonly error: Message };

/** What a hook may say depends on when it runs: after the commit nothing can be refused any more. */
export interface VerdictIn {
  prepare: Continue | Modify | Redirect | Fail;
  write: Offer | Fail | Divert;
  follow: Offer | Redirect;
}
export type Verdict = VerdictIn[Phase];

/** The same as data. */
export const VERDICT_KINDS: { readonly [P in Phase]: readonly VerdictIn[P]['kind'][] } = {
  prepare: ['continue', 'modify', 'redirect', 'fail'],
  write: ['continue', 'fail', 'divert'],
  follow: ['continue', 'redirect'],
};
