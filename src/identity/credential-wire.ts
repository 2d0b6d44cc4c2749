import type { FreshCredential } from './credentials.ts';
import type { Credential, CredentialType } from './identity.ts';
import type { IdentityId } from '../kernel/id.ts';
import type { JsonObject } from '../kernel/json.ts';

/** What the admin API shows and takes of a method's credential, in the form of the wire. */
export interface CredentialWire {
  readonly type: CredentialType;
  /** The stored configuration as the wire has it, with secrets in clear where they can be opened. Absent: as it is stored. */
  shown?(config: JsonObject, owner: IdentityId): JsonObject;
  /** Members that an imported `config` may have. */
  readonly members: readonly string[];
  /** Reads an imported `config`, before anything is stored. Throws `bad_request`. */
  read(given: JsonObject): ImportedCredential;
}

/** The credential that an account gets by an import, beside what it has of the type. */
export type ImportedCredential = (about: {
  readonly owner: IdentityId;
  readonly before: Credential | undefined;
}) => Omit<FreshCredential, 'type'>;
