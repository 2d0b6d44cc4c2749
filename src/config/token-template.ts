/** A form in which a session is given as a JSON web token. */
export interface TokenTemplateSettings {
  readonly name: string;
  /** The key of the configuration. */
  readonly path: string;
  /** Where its key set is: a content URI. */
  readonly keySet: string;
  /** Where its claims mapper is: a content URI. */
  readonly mapper: string | undefined;
  /** Milliseconds. */
  readonly lifespan: number;
  /** The member of the identity that becomes `sub`. */
  readonly subject: 'id' | 'external_id';
}
