/** A budget that a try costs: what is counted, against what. */
export interface LimitKey {
  /** Which budget of the configuration. */
  readonly budget:
    | 'passwordFailures'
    | 'codeFailures'
    /** Codes submitted to one flow, right or wrong. */
    | 'codeSubmissions'
    /** Mails: to one recipient for one purpose at once, to one recipient an hour and a day, for one network. */
    | 'sendsAtOnce'
    | 'sends'
    | 'sendsADay'
    | 'networkSends'
    /** How often an operator is told that a recipient is over budget. */
    | 'sendWarnings'
    | 'registrations'
    | 'flows';
  /** Canonical identifier or network; hashed before it is stored. */
  readonly subject: string;
}

/** Counting that survives a restart; each count is one atomic statement of its own, outside any transaction. */
export interface LimitStore {
  /** Adds one to the window's count and answers the count after. A window that is over begins anew. */
  count(keyHash: string, windowMs: number, now: number): Promise<{ readonly count: number; readonly endsAt: number }>;
}

/** Within the transaction of what succeeded. */
export interface LimitWrites {
  clear(keyHash: string): Promise<void>;
}
