import type { MethodName } from '../../config/config.ts';
import type { IdentitySchemas } from '../../identity/schema.ts';

/** The group of the nodes that carry the traits. */
export const GROUP = 'profile';

export interface ProfileParts {
  /** What the registry calls the method. */
  readonly name: MethodName;
  readonly schemas: IdentitySchemas;
}
