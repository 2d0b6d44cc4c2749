/** A counter of a rate limit: the budget, and the subject whose tries are counted. */
export interface LimitKey {
  /** The name of a budget of the configuration. */
  readonly budget:
    /** Passwords: for an account from one network, or from a device it knows; of a network over all accounts; for an account from everywhere. */
    | 'passwordFailures'
    | 'deviceFailures'
    | 'networkFailures'
    | 'strangerFailures'
    /** Passwords for an account over its sum, where nothing else is offered. */
    | 'lastPasswords'
    /** Codes submitted to one flow, right or wrong; and those of an account whose sum is used up. */
    | 'codeSubmissions'
    | 'lastCodeSubmissions'
    /** Wrong codes of an account over all flows: a sum that refuses nothing. */
    | 'codeFailures'
    /** Second factors of whatever kind, for an account: of strangers, and of a device on which it has shown one. */
    | 'factorFailures'
    | 'deviceFactorFailures'
    /** Messages: in one flow at a time; to an address from one network, an hour and a day; the same for recovery. */
    | 'sendsAtOnce'
    | 'sends'
    | 'sendsADay'
    | 'recoverySends'
    /** Messages to an address from everywhere, an hour and a day; above the first, for each network. */
    | 'strangerSends'
    | 'strangerSendsADay'
    | 'strangerSendsEach'
    /** Messages to an address that a device of its account asks for. */
    | 'deviceSends'
    /** Messages that one network asks for. */
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
  deviceFailures: 'account',
  networkFailures: 'network',
  strangerFailures: 'account',
  lastPasswords: 'account',
  codeFailures: 'account',
  factorFailures: 'account',
  deviceFactorFailures: 'account',
  codeSubmissions: 'flow',
  lastCodeSubmissions: 'flow',
  sendsAtOnce: 'flow',
  sends: 'address',
  sendsADay: 'address',
  recoverySends: 'address',
  strangerSends: 'address',
  strangerSendsADay: 'address',
  strangerSendsEach: 'address',
  deviceSends: 'address',
  networkSends: 'network',
  sendWarnings: 'address',
  registrations: 'network',
  flows: 'network',
};

/** A counter after a statement, and when its window ends, in epoch milliseconds. */
export interface Counted {
  readonly count: number;
  readonly endsAt: number;
}

/** Counters that survive a restart. Each count is one atomic statement outside any transaction. */
export interface LimitStore {
  /**
   * Adds one, or `by`, to the counter and returns the result. A window that is over begins anew, `windowMs` milliseconds long.
   */
  count(keyHash: string, windowMs: number, now: number, by?: number): Promise<Counted>;
  /** Adds one to each of several counters, in one statement and one commit where the database has such a statement. */
  countAll(
    counters: readonly { readonly keyHash: string; readonly windowMs: number }[],
    now: number,
  ): Promise<readonly Counted[]>;
  /** Takes one away from the counter, unless its window is over or it has counted nothing. */
  uncount(keyHash: string, now: number): Promise<void>;
  /** The counter as it is; a window that is over has counted nothing. */
  read(keyHash: string, now: number): Promise<Counted>;
  /** As `read`, of several counters in one statement. */
  readAll(keyHashes: readonly string[], now: number): Promise<readonly Counted[]>;
}

/** Clears counters inside the transaction of the try that succeeded. */
export interface LimitWrites {
  /** In one statement. */
  clear(keyHashes: readonly string[]): Promise<void>;
}
