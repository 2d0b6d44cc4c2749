import { type Json, type JsonObject, isObject } from './json.ts';
import type { Message } from './message.ts';
import { error, info, success, type Entry } from './message-entry.ts';
import { OWN_MESSAGES } from './own-messages.ts';

/** Every message that a person may see, by permanent number. */
export const MESSAGES = {
  1010001: info('Sign in'),
  1010002: info('Sign in with {provider}'),
  1010003: info('Please confirm that this is you.'),
  1010004: info('Please complete the second step of signing in.'),
  1010005: info('Verify'),
  1010006: info('Code from your authenticator app'),
  1010007: info('Backup code'),
  1010008: info('Sign in with a security key'),
  1010009: info('Use authenticator app'),
  1010010: info('Use a backup code'),
  1010011: info('Continue with a security key'),
  1010012: info('Have your security device ready, then continue.'),
  1010013: info('Continue'),
  1010014: info('If the address you gave can receive codes, a sign-in code is on its way to it.'),
  1010015: info('Send a sign-in code'),
  1010016: info('{duplicateIdentifier} already has an account. Sign in to connect it with {provider}.'),
  1010017: info('Sign in and connect'),
  1010018: info('Confirm with {provider}'),
  1010019: info('Request a code'),
  1010021: info('Sign in with a passkey'),
  1010022: info('Sign in with password'),
  1010023: info('Send a code to {address}'),

  1040001: info('Sign up'),
  1040002: info('Sign up with {provider}'),
  1040003: info('Continue'),
  1040004: info('Sign up with a security key'),
  1040005: info('A code is on its way to the address you gave. Enter it to finish signing up.'),
  1040006: info('Send a sign-up code'),
  1040007: info('Sign up with a passkey'),
  1040008: info('Back'),
  1040009: info('Choose how you want to sign in from now on.'),

  1050001: success('Your changes are saved.'),
  1050002: info('Connect {provider}'),
  1050003: info('Disconnect {provider}'),
  1050004: info('Remove the authenticator app'),
  1050005: info('QR code for your authenticator app'),
  1050006: info('{secret}'),
  1050007: info('Show backup codes'),
  1050008: info('Make new backup codes'),
  1050009: info('{secret}'),
  1050010: info('Your backup codes'),
  1050011: info('I have saved these codes'),
  1050012: info('Add a security key'),
  1050013: info('Name of the security key'),
  1050014: info('This code was used on {used_at}.'),
  1050015: info('{secrets}'),
  1050016: info('Remove the backup codes'),
  1050017: info('Secret for your authenticator app'),
  1050018: info('Remove the security key “{display_name}”'),
  1050019: info('Add a passkey'),
  1050020: info('Remove the passkey “{display_name}”'),

  1060001: success(
    'Your account is recovered. Set a new password, or another way to sign in, before {privileged_session_expires_at}.',
  ),
  1060002: info('If the address belongs to an account, a recovery link is on its way to it.'),
  1060003: info('If the address belongs to an account, a recovery code is on its way to it.'),
  1060004: info('A recovery code is on its way to {masked_address}.'),
  1060005: info('Please give the whole address.'),
  1060006: info('How do you want to recover your account?'),
  1060007: info('Back'),

  1070000: info('{masked_address}'),
  1070001: info('Password'),
  1070002: info('{title}'),
  1070003: info('Save'),
  1070004: info('Identifier'),
  1070005: info('Submit'),
  1070006: info('Code from the app'),
  1070007: info('E-mail address'),
  1070008: info('Send the code again'),
  1070009: info('Continue'),
  1070010: info('Recovery code'),
  1070011: info('Verification code'),
  1070012: info('Sign-up code'),
  1070013: info('Sign-in code'),
  1070014: info('Sign in and connect'),
  1070015: info('Please complete the captcha.'),
  1070016: info('Recovery address'),
  1070017: info('Phone number'),

  1080001: info('If the address belongs to an account, a verification link is on its way to it.'),
  1080002: success('Your e-mail address is verified.'),
  1080003: info('If the address belongs to an account, a verification code is on its way to it.'),

  4000001: error('{reason}'),
  4000002: error('This field is required.'),
  4000003: error('Use at least {min_length} characters; these are {actual_length}.'),
  4000004: error('This does not have the expected format.'),
  4000005: error('This password cannot be used: {reason}'),
  4000006: error('Identifier or password is wrong.'),
  4000007: error('This identifier is already in use.'),
  4000008: error('The code from the authenticator app is wrong.'),
  4000009: error('No identifier was given: fill in the field that you sign in with.'),
  4000010: error('Please verify your address first.'),
  4000011: error('No authenticator app is set up.'),
  4000012: error('This backup code was used before.'),
  4000013: error('No security key is set up.'),
  4000014: error('No backup codes are set up.'),
  4000015: error('The account does not exist or has no security key.'),
  4000016: error('This backup code is wrong.'),
  4000017: error('Use at most {max_length} characters; these are {actual_length}.'),
  4000018: error('{actual} is too small: the minimum is {minimum}.'),
  4000019: error('{actual} is too small: it must be more than {minimum}.'),
  4000020: error('{actual} is too large: the maximum is {maximum}.'),
  4000021: error('{actual} is too large: it must be less than {maximum}.'),
  4000022: error('{actual} is not a multiple of {base}.'),
  4000023: error('There are {actual_items} entries; at most {max_items} are allowed.'),
  4000024: error('There are {actual_items} entries; at least {min_items} are needed.'),
  4000025: error('Entries {index_a} and {index_b} are the same.'),
  4000026: error('Expected {allowed_types}, not {actual_type}.'),
  4000027: error('An account with this identifier exists. Sign in to connect it.'),
  4000028: error('The identifier {credential_identifier_hint} is already in use.'),
  4000029: error('This must be {expected}.'),
  4000030: error('This must be the one value that is allowed.'),
  4000031: error('The password is too similar to your identifier.'),
  4000032: error('A password has at least {min_length} characters; this one has {actual_length}.'),
  4000033: error('A password has at most {max_length} bytes; this one has {actual_length}.'),
  4000034: error('This password is in lists of stolen passwords. Please choose another.'),
  4000035: error('The account does not exist or does not use sign-in codes.'),
  4000036: error('The details differ from those the code was sent for.'),
  4000037: error('The account does not exist or has no way to sign in.'),
  4000038: error('The captcha was not solved.'),
  4000039: error('The new password is the same as the old one.'),
  4000040: error('This is not an e-mail address.'),
  4000041: error('This is not a phone number. Write it with + and the country code.'),

  4010001: error('The sign-in page was open too long. Please try again.'),
  4010002: error('This way to sign in is not available. Please choose another.'),
  4010003: error('This way to sign up is not available. Please choose another.'),
  4010004: error('This change is not available.'),
  4010005: error('This way to recover an account is not available.'),
  4010006: error('This way to verify an address is not available.'),
  4010007: error('Signing in was already completed.'),
  4010008: error('The sign-in code is wrong or was used before.'),
  4010009: error('These credentials belong to another account.'),
  4010010: error('This address does not belong to the account.'),
  4010011: error('This account is deactivated. Please ask whoever runs this site.'),
  4040001: error('The sign-up page was open too long. Please try again.'),
  4040002: error('Signing up was already completed.'),
  4040003: error('The sign-up code is wrong or was used before.'),
  4050001: error('The settings page was open too long. Please try again.'),
  4060001: error('The recovery was already completed.'),
  4060002: error('The recovery did not succeed. Please try again.'),
  4060003: error('The recovery link is incomplete.'),
  4060004: error('The recovery link is wrong or was used before.'),
  4060005: error('The recovery page was open too long. Please try again.'),
  4060006: error('The recovery code is wrong or was used before.'),
  4070001: error('The verification link is wrong or was used before.'),
  4070002: error('The address was already verified.'),
  4070003: error('The verification did not succeed. Please try again.'),
  4070004: error('The verification link is incomplete.'),
  4070005: error('The verification page was open too long. Please try again.'),
  4070006: error('The verification code is wrong or was used before.'),
  5000001: error('{reason}'),
  5000002: error('No way to sign in is available.'),

  ...OWN_MESSAGES,
} as const satisfies Readonly<Record<number, Entry>>;

export type MessageNumber = keyof typeof MESSAGES;

/** The message with a number, its text filled in from the context. `at` is the node that it is about. */
export function say(id: MessageNumber, context?: JsonObject, at?: string): Message {
  const { type, text } = MESSAGES[id];
  return {
    id,
    text: fill(text, context ?? {}),
    type,
    ...(context !== undefined && { context }),
    ...(at !== undefined && { at }),
  };
}

/** The reason in message 4000001 after the last try at a code, when the page accepts no other. */
export const NO_MORE_TRIES = 'Too many codes were tried. Please start again.';

/** Fills in `{name}` from the context. A name that the context lacks becomes an empty text. */
export function fill(text: string, context: JsonObject): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => (Object.hasOwn(context, name) ? plain(context[name]) : ''));
}

function plain(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(plain).join(', ');
  // The entries of a list may be messages themselves.
  if (isObject(value)) return typeof value['text'] === 'string' ? value['text'] : JSON.stringify(value);
  return String(value);
}

/**
 * A time for the context of a message, `at` in epoch milliseconds: as `<name>` in ISO 8601 and `<name>_unix` in
 * seconds.
 */
export function moment(name: string, at: number): JsonObject {
  return { [name]: new Date(at).toISOString(), [`${name}_unix`]: Math.floor(at / 1_000) };
}
