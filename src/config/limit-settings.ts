/** The rate limits (security BF-2); all windows in milliseconds. */
export interface LimitSettings {
  /** Devices that have signed in to an account before are told apart from strangers. */
  readonly devices: boolean;
  readonly passwordFailures: Budget;
  readonly deviceFailures: Budget;
  readonly networkFailures: Budget;
  readonly strangerFailures: Budget;
  readonly codeFailures: Budget;
  readonly factorFailures: Budget;
  readonly deviceFactorFailures: Budget;
  readonly sendsAtOnce: Budget;
  readonly sends: Budget;
  readonly sendsADay: Budget;
  readonly strangerSends: Budget;
  readonly strangerSendsADay: Budget;
  readonly deviceSends: Budget;
  readonly recoverySends: Budget;
  readonly networkSends: Budget;
  readonly registrations: Budget;
  readonly flows: Budget;
}
export interface Budget {
  readonly tries: number;
  readonly per: number;
}
