import type { Config } from '../../config/config.ts';
import type { PasswordSettings } from './settings-section.ts';
import type { Message } from '../../kernel/message.ts';
import { say } from '../../kernel/messages.ts';
import { BCRYPT_BYTES } from './bcrypt.ts';
import { LONGEST } from './stored-hash.ts';
import { madeOf } from './context-words.ts';
import { similar } from './similar.ts';

/** Whether a new password may be taken. */
export interface PasswordPolicy {
  /** The first thing wrong with it, for the node `password`; one sentence at a time. */
  check(password: string, identifiers: readonly string[]): Promise<Message | undefined>;
}

/** How often a password was seen in breaches; throws when it cannot be found out. */
export type Breaches = (password: string) => Promise<number>;

const MADE_OF_WORDS = 'it is little more than the name of this service or a word that belongs to it.';

/** The rules for a new password (security PW-4 to PW-10), in the reference's order. */
export function createPolicy({
  settings,
  algorithm,
  words,
  common,
  breaches,
}: {
  readonly settings: PasswordSettings;
  readonly algorithm: Config['hashers']['algorithm'];
  /** As `contextWords` gives them. */
  readonly words: readonly string[];
  readonly common: (password: string) => Promise<boolean>;
  readonly breaches: Breaches;
}): PasswordPolicy {
  const most = algorithm === 'bcrypt' ? BCRYPT_BYTES : LONGEST;
  return {
    async check(typed, identifiers) {
      const tooLong = (bytes: number): Message => say(4000033, { max_length: most, actual_length: bytes }, 'password');
      // Before composing, which takes long, and after it, because it can make a text longer.
      if (Buffer.byteLength(typed) > most) return tooLong(Buffer.byteLength(typed));
      const password = typed.normalize('NFC');
      if (Buffer.byteLength(password) > most) return tooLong(Buffer.byteLength(password));
      const { length } = [...password];
      if (length < settings.minLength)
        return say(4000032, { min_length: settings.minLength, actual_length: length }, 'password');
      if (settings.similarityCheck && identifiers.some((each) => similar(password, each)))
        return say(4000031, undefined, 'password');
      if (madeOf(password, words)) return say(4000005, { reason: MADE_OF_WORDS }, 'password');
      if (await common(password)) return say(4000034, { breaches: 1 }, 'password');
      if (!settings.breachCheck.enabled) return undefined;
      const found = await breaches(password).catch((error: unknown) => {
        if (settings.breachCheck.ignoreNetworkErrors) return 0;
        throw error;
      });
      return found > settings.breachCheck.max ? say(4000034, { breaches: found }, 'password') : undefined;
    },
  };
}
