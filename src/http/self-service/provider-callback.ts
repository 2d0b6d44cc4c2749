import type { FlowId } from '../../kernel/id.ts';

/** What the callback route and the pages use of sign-in at providers. */
export interface ProviderCallback {
  /** The method that takes the provider's answer. */
  readonly method: string;
  /** The flow that a `state` was made for; undefined for a `state` that this server did not make. */
  flowOf(state: string): FlowId | undefined;
  /** True while the flow waits for the answer to this `state`, from this provider where the path names one. */
  awaits(flow: FlowId, answer: { readonly state: string; readonly provider: string | undefined }): Promise<boolean>;
  /** The provider answers by a cross-site POST. */
  posts(provider: string): boolean;
  /** Origins of the providers' sign-in pages, for the Content-Security-Policy of our forms. */
  origins(): Promise<readonly string[]>;
}
