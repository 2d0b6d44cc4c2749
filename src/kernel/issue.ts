/** Where something stands in a configuration file. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing wrong (or, as a warning, odd) in a configuration. Never holds a secret's value. */
export interface Issue {
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
