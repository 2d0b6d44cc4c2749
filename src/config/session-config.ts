export interface CookieSettings {
  readonly domain: string | undefined;
  readonly path: string;
  readonly sameSite: 'strict' | 'lax' | 'none';
  readonly secure: boolean;
}

/** `session`. Times in milliseconds. */
export interface SessionSettings {
  readonly lifespan: number;
  /** A session can be extended this long before it ends; equal to lifespan: always. */
  readonly earliestExtend: number;
  readonly requiredAal: 'aal1' | 'highest_available';
  /** Milliseconds after which an unused session has ended; 0: it lasts as long as its lifespan. */
  readonly inactivity: number;
  /** Active sessions of one account; 0: any number. */
  readonly maxPerIdentity: number;
  /** What a sign-in does that would be one too many. */
  readonly whenFull: 'end_oldest' | 'refuse';
  readonly tokenTemplates: readonly TokenTemplateSettings[];
  /** Milliseconds for which `whoami` says that its answer may be kept at most; undefined: it says nothing. */
  readonly cacheableFor: number | undefined;
  readonly cookie: CookieSettings & { readonly name: string; readonly persistent: boolean };
}

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
