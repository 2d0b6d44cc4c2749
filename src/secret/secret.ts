import type { FlowId, IdentityId } from '../kernel/id.ts';

/** What a one-time secret is for; one never serves for another. */
export type SecretPurpose =
  | 'login_code'
  | 'registration_code'
  | 'recovery_code'
  | 'verification_code'
  | 'recovery_link'
  | 'verification_link'
  | 'exchange';

/** A code or link as stored: the digest only. */
export interface OneTimeSecret {
  readonly id: string;
  readonly purpose: SecretPurpose;
  /** HMAC with its key id for codes (`<key id>:<hex>`), SHA-256 for random tokens. */
  readonly digest: string;
  readonly flowId: FlowId;
  readonly identityId: IdentityId | undefined;
  /** The address it was sent to. */
  readonly address: string;
  readonly expiresAt: number;
  readonly createdAt: number;
}

/** A one-time secret as it was found, whatever has become of it. */
export type FoundSecret = OneTimeSecret & { readonly usedAt: number | undefined };

export interface SecretReads {
  /** Used and expired ones too: whoever asks decides what that means. */
  find(flow: FlowId, purpose: SecretPurpose, digests: readonly string[]): Promise<FoundSecret | undefined>;
}

export interface SecretWrites extends SecretReads {
  put(secret: OneTimeSecret): Promise<void>;
  /** A resend: earlier ones of this flow and purpose no longer count. */
  dropOf(flow: FlowId, purpose: SecretPurpose): Promise<void>;
  /** Single use by one conditional write; the row if this call was the one that used it. */
  use(
    flow: FlowId,
    purpose: SecretPurpose,
    digests: readonly string[],
    now: number,
  ): Promise<OneTimeSecret | undefined>;
  /** What was mailed to a person and not used is void, and so is what their flows put aside (security RV-6). */
  voidOf(identity: IdentityId): Promise<void>;
}

/** A flow's secrets between two requests: encrypted, single use, gone with the flow. */
export interface VaultEntry {
  readonly flowId: FlowId;
  readonly kind: string;
  /** AEAD box, base64; flow and kind are its associated data. */
  readonly box: string;
  readonly expiresAt: number;
}

export interface VaultReads {
  find(flow: FlowId, kind: string): Promise<VaultEntry | undefined>;
}
export interface VaultWrites extends VaultReads {
  /** Replaces an earlier entry of this flow and kind. */
  put(entry: VaultEntry): Promise<void>;
  /** True when this call took it: conditional delete. */
  consume(flow: FlowId, kind: string): Promise<boolean>;
}
