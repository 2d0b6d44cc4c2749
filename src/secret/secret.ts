import type { FlowId, IdentityId } from '../kernel/id.ts';

/** The purpose of a one-time secret, which is valid for no other. */
export type SecretPurpose =
  | 'login_code'
  | 'registration_code'
  | 'recovery_code'
  | 'verification_code'
  | 'recovery_link'
  | 'verification_link'
  | 'exchange';

/** A one-time code or link as it is stored: by its digest. */
export interface OneTimeSecret {
  readonly id: string;
  readonly purpose: SecretPurpose;
  /** Of a code an HMAC behind its key id (`<key id>:<hex>`), of a random token its SHA-256. */
  readonly digest: string;
  readonly flowId: FlowId;
  readonly identityId: IdentityId | undefined;
  /** The address that the code or link was sent to. */
  readonly address: string;
  readonly expiresAt: number;
  readonly createdAt: number;
}

/** A one-time secret, used or not. */
export type FoundSecret = OneTimeSecret & { readonly usedAt: number | undefined };

/** True while a secret proves something: nobody used it, and it has not expired. */
export const isUsable = (secret: FoundSecret | undefined, now: number): secret is FoundSecret =>
  secret !== undefined && secret.usedAt === undefined && secret.expiresAt > now;

/** When a secret expired that nobody used in its time, in milliseconds; undefined: it has not. */
export const expiryOf = (secret: FoundSecret | undefined, now: number): number | undefined =>
  secret !== undefined && secret.usedAt === undefined && secret.expiresAt <= now ? secret.expiresAt : undefined;

export interface SecretReads {
  /** Finds used and expired secrets too: the caller decides. */
  find(flow: FlowId, purpose: SecretPurpose, digests: readonly string[]): Promise<FoundSecret | undefined>;
}

export interface SecretWrites extends SecretReads {
  put(secret: OneTimeSecret): Promise<void>;
  /** Deletes the secrets of a flow for one purpose, before a new one is sent. */
  dropOf(flow: FlowId, purpose: SecretPurpose): Promise<void>;
  /** Uses a secret by one conditional write. Returns it when it was valid at `now` and this call was the first. */
  use(
    flow: FlowId,
    purpose: SecretPurpose,
    digests: readonly string[],
    now: number,
  ): Promise<OneTimeSecret | undefined>;
  /** Deletes the unused secrets of an identity and the vault entries of its flows (security RV-6). */
  voidOf(identity: IdentityId): Promise<void>;
}

/** A value that a flow keeps between two requests: encrypted, for single use, deleted with the flow. */
export interface VaultEntry {
  readonly flowId: FlowId;
  readonly kind: string;
  /** The encrypted value, bound to flow and kind. */
  readonly box: string;
  readonly expiresAt: number;
}

export interface VaultReads {
  find(flow: FlowId, kind: string): Promise<VaultEntry | undefined>;
}
export interface VaultWrites extends VaultReads {
  /** Replaces an earlier entry of this flow and kind. */
  put(entry: VaultEntry): Promise<void>;
  /** Stores the entry unless the flow has one of this kind whose time is not over at `now`. */
  putIfAbsent(entry: VaultEntry, now: number): Promise<void>;
  /** Deletes the entry. True when this call was the one that deleted it. */
  consume(flow: FlowId, kind: string): Promise<boolean>;
}
