/* What the clients of a server that gets killed know: what they were told, and what they never heard of. */

export type Outcome = 'told' | 'unheard' | 'refused';

/** A submit whose answer may have been lost. */
export interface Sent {
  readonly action: string;
  readonly json: unknown;
  outcome: Outcome;
}

export interface KnownSession {
  readonly id: string;
  readonly token: string;
  /** `unheard`: asked to end it, and never heard. */
  state: 'live' | 'over' | 'unheard';
}

export interface KnownPerson {
  readonly email: string;
  readonly password: string;
  readonly registration: Sent;
  readonly logins: Sent[];
  /** Those that an answer told of. */
  readonly sessions: KnownSession[];
  /** Names that they may have: the last one told, and those never heard of since. */
  names: readonly (string | undefined)[];
  /** Empty until it is told, or found. */
  id: string;
}

export interface Totals {
  registered: number;
  signedIn: number;
  refused: number;
  changed: number;
  signedOut: number;
  /** Answers lost by a kill: the change was there all the same, or it was not. */
  doneUnheard: number;
  notDone: number;
  later: number;
  mails: number;
  copies: number;
}

export interface Ledger {
  readonly people: KnownPerson[];
  readonly totals: Totals;
  /** Answers that nobody should get. */
  readonly wrong: string[];
}

export function createLedger(): Ledger {
  return {
    people: [],
    totals: {
      registered: 0,
      signedIn: 0,
      refused: 0,
      changed: 0,
      signedOut: 0,
      doneUnheard: 0,
      notDone: 0,
      later: 0,
      mails: 0,
      copies: 0,
    },
    wrong: [],
  };
}
