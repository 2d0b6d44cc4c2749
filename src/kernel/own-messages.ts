import { error, info } from './message-entry.ts';

/** The messages that the reference does not have: information from 1900001, errors from 4900001. None is used again. */
export const OWN_MESSAGES = {
  1900001: info('No further message was sent yet. You can ask for one again in {retry_after} seconds.'),
  1900003: info(
    'You are the first to prove this account. What was set up before can no longer be used ({voided}): please set up a new way to sign in.',
  ),
  1900007: info('This form has changed since you opened it. Please go on here.'),
  1900009: info('If the password is right, it can no longer be used here: set a new one by recovering your account.'),

  4900001: error(
    'Too many wrong passwords were tried for this account. Please sign in with a code, or recover the account.',
  ),
  4900002: error(
    'This account has a second factor that nobody can show by mail. Please ask whoever runs this site for help.',
  ),
  4900003: error(
    'Two accounts were signed in in this browser at once, so neither counts any more. Please sign in again.',
  ),
  4900004: error('You are signed in on as many devices as this account may be. Please sign out on one of them first.'),
} as const;
