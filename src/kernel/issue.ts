/** A position in a configuration file. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The kind of an issue. Programs decide by the code, never by the sentences beside it. */
export type IssueCode =
  // of any key
  | 'unknown-key'
  | 'missing'
  | 'wrong-value'
  | 'duplicate'
  // two settings that exclude or need each other
  | 'contradiction'
  // a file or a text that cannot be read
  | 'unreadable'
  // it would weaken security, and nothing would show it
  | 'weak'
  // it works, and somebody should know what it means for security
  | 'unsafe'
  // it weakens what production promises: an error there, a warning under `dev` and `serve --dev`
  | 'production-floor'
  // it can be read in more than one way: the safe one is taken
  | 'safe-reading'
  | 'no-effect'
  // an unknown key or value where others may stand, too
  | 'not-known'
  // this build does not have it
  | 'not-offered'
  // never to be supported
  | 'refused'
  | 'old-spelling'
  | 'mixed-dialects'
  // a list of hooks where its dialect has none
  | 'misplaced'
  | 'unreachable'
  | 'account-revealed'
  | 'mail-goes-nowhere'
  // nobody hears of changes of their account
  | 'owner-not-told'
  // only a courier does it, and this process runs none
  | 'waits-for-courier'
  // of hook entries
  | 'hook-unknown'
  | 'hook-refused'
  | 'hook-misplaced'
  | 'hook-superfluous'
  | 'hook-unusable'
  | 'hook-config'
  | 'hook-id'
  | 'hook-list-unused'
  | 'hook-never-runs'
  | 'hook-order'
  // of plugin files and packages
  | 'plugin-file'
  | 'plugin-name'
  | 'plugin-package'
  | 'plugin-shape'
  | 'plugin-load'
  // of identity schemas, templates of messages and mappers of claims
  | 'identity-schema'
  | 'template'
  | 'mapper'
  // no session is given as a token by it
  | 'token-template';

/** An error or a warning about a configuration. Never holds the value of a secret. */
export interface Issue {
  readonly code: IssueCode;
  /** Undefined for a value that comes from the environment, or is missing. */
  readonly place: Place | undefined;
  /**
   * Such as `selfservice.login.after.password[0].config.redirect_to`; behind the name of a variable, if it comes from
   * one.
   */
  readonly path: string;
  /** What the configuration has there. */
  readonly found: string;
  /** What is allowed, or what to do. */
  readonly allowed: string;
}

/** All that is to be said of a configuration; a note is worth knowing, and nothing to mend. */
export interface Findings {
  readonly errors: readonly Issue[];
  readonly warnings: readonly Issue[];
  readonly notes: readonly Issue[];
}

/** `file:line:column path: what is there; what is allowed`. */
export function formatIssue({ place, path, found, allowed }: Issue): string {
  const where = place ? `${place.file}:${place.line}:${place.column} ` : '';
  return `${where}${path}: ${found}; ${allowed}`;
}
