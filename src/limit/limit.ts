/** A counter of a rate limit: the budget, and the subject whose tries are counted. */
export interface LimitKey {
  /** The name of a budget of the configuration. */
  readonly budget:
    | 'passwordFailures'
    | 'codeFailures'
    /** Codes submitted to one flow, right or wrong. */
    | 'codeSubmissions'
    /** Mails: to one recipient for one purpose at a time, to one recipient an hour and a day, for one network. */
    | 'sendsAtOnce'
    | 'sends'
    | 'sendsADay'
    | 'networkSends'
    /** Warnings in the log that a recipient is over budget. */
    | 'sendWarnings'
    | 'registrations'
    | 'flows';
  /** A normalised identifier or a network; hashed before it is stored. */
  readonly subject: string;
}

/** What a budget counts the tries of, for the event of a limit that is reached. */
export const KEY_KINDS: Readonly<Record<LimitKey['budget'], 'account' | 'address' | 'flow' | 'network'>> = {
  passwordFailures: 'account',
  codeFailures: 'account',
  codeSubmissions: 'flow',
  sendsAtOnce: 'address',
  sends: 'address',
  sendsADay: 'address',
  networkSends: 'network',
  sendWarnings: 'address',
  registrations: 'network',
  flows: 'network',
};

/** Counters that survive a restart. Each count is one atomic statement outside any transaction. */
export interface LimitStore {
  /**
   * Adds one to the counter and returns the result. A window that is over begins anew, `windowMs` milliseconds long.
   */
  count(keyHash: string, windowMs: number, now: number): Promise<{ readonly count: number; readonly endsAt: number }>;
}

/** Clears counters inside the transaction of the try that succeeded. */
export interface LimitWrites {
  clear(keyHash: string): Promise<void>;
}
