/** The rate limits (security BF-2); all windows in milliseconds. */
export interface LimitSettings {
  readonly passwordFailures: Budget;
  readonly networkFailures: Budget;
  readonly strangerFailures: Budget;
  readonly codeFailures: Budget;
  readonly sendsAtOnce: Budget;
  readonly sends: Budget;
  readonly sendsADay: Budget;
  readonly strangerSends: Budget;
  readonly strangerSendsADay: Budget;
  readonly recoverySends: Budget;
  readonly networkSends: Budget;
  readonly registrations: Budget;
  readonly flows: Budget;
}
export interface Budget {
  readonly tries: number;
  readonly per: number;
}
