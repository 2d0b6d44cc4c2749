import type { IdentityId, SessionId } from './id.ts';
import type { Json, JsonObject } from './json.ts';

export type Traits = JsonObject;
export type Channel = 'email' | 'sms';

/** The identity and the session that a flow will store, with their ids. Plain JSON without secrets. */
export interface Draft {
  readonly identity: DraftIdentity;
  /** Drawn with the draft, so that hooks know the id before the session is stored. */
  readonly session: { readonly id: SessionId } | undefined;
}

export interface DraftIdentity {
  readonly id: IdentityId;
  readonly schemaId: string;
  readonly state: 'active' | 'inactive';
  readonly traits: Traits;
  readonly metadataPublic: Json;
  readonly metadataAdmin: Json;
  /** The unique id in another system. Undefined keeps the stored one, null removes it. */
  readonly externalId?: string | null;
  /** Addresses to be stored as verified: proved in the flow, for example by a code, or vouched for by a hook. */
  readonly proved: readonly { readonly via: Channel; readonly value: string }[];
  /** The version that was read, which every write compares; 0: a new identity. */
  readonly version: number;
}
