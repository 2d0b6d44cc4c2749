/** Where something stands in a configuration file. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What is wrong, for programs: they decide by it, and never by the sentences beside it. */
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
  | 'unsafe'
  | 'no-effect'
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
  | 'mapper';

/** One thing wrong (or, as a warning, odd) in a configuration. Never holds a secret's value. */
export interface Issue {
  readonly code: IssueCode;
  /** Absent when it comes from the environment or is missing altogether. */
  readonly place: Place | undefined;
  /** `selfservice.login.after.password[0].config.redirect_to`; for a variable its name in front. */
  readonly path: string;
  /** What is there. */
  readonly found: string;
  /** What is allowed, or what to do. */
  readonly allowed: string;
}

/** `file:line:column path: what is there; what is allowed`. */
export function formatIssue({ place, path, found, allowed }: Issue): string {
  const where = place ? `${place.file}:${place.line}:${place.column} ` : '';
  return `${where}${path}: ${found}; ${allowed}`;
}
