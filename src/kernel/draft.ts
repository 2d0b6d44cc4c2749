import type { IdentityId, SessionId } from './id.ts';
import type { Json, JsonObject } from './json.ts';

export type Traits = JsonObject;
export type Channel = 'email' | 'sms';

/** What will be stored if everyone agrees, with the ids it will have. Holds no secret; plain JSON. */
export interface Draft {
  readonly identity: DraftIdentity;
  /** Fixed with the draft, so that hooks know the id that will be stored. */
  readonly session: { readonly id: SessionId } | undefined;
}

export interface DraftIdentity {
  readonly id: IdentityId;
  readonly schemaId: string;
  readonly state: 'active' | 'inactive';
  readonly traits: Traits;
  readonly metadataPublic: Json;
  readonly metadataAdmin: Json;
  /** What other systems call it: unique. Absent leaves it as it is, null takes it away. */
  readonly externalId?: string | null;
  /** Addresses proved on the way, such as by a code, or vouched for by a hook: stored as verified. */
  readonly proved: readonly { readonly via: Channel; readonly value: string }[];
  /** The revision that was read; 0: new. Every write checks it. */
  readonly version: number;
}
