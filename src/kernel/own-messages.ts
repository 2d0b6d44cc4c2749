import { error, info } from './message-entry.ts';

/** The messages that the reference does not have: information from 1900001, errors from 4900001. None is used again. */
export const OWN_MESSAGES = {
  1900001: info('No further message was sent yet. You can ask for one again in {retry_after} seconds.'),
  1900002: info(
    'This account was made on {created_at} ({device}), and nobody has confirmed it yet. If that was not you, nothing that was set up with it has to stay.',
  ),
  1900003: info(
    'You are the first to prove this account. What was set up before can no longer be used ({voided}): please set up a new way to sign in.',
  ),
  1900004: info('About {address}. This was asked for on {asked_at} ({device}).'),
  1900005: info('Confirm'),
  1900006: info('This was not me'),
  1900007: info('This form has changed since you opened it. Please go on here.'),
  1900009: info('If the password is right, it can no longer be used here: set a new one by recovering your account.'),
  1900010: info('This is over: nothing was confirmed, and the message that you got can no longer be used.'),
  1900011: info('I do not know the password: set a new one'),

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
