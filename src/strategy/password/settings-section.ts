import type { MethodSettings } from '../../config/config.ts';
import type { MethodSection } from '../../config/method-section.ts';
import { flag, integer, listOf, map, text } from '../../config/schema/spec.ts';
import { request } from '../../config/schema/schema-request.ts';
import { isLookedFor } from './context-words.ts';

/** `selfservice.methods.password`, as the method reads it. */
export interface PasswordSettings extends MethodSettings {
  /** Code points; at least 8. */
  readonly minLength: number;
  readonly similarityCheck: boolean;
  /** Words that no password may be made of, beside those of the service itself. */
  readonly contextWords: readonly string[];
  readonly breachCheck: {
    readonly enabled: boolean;
    readonly host: string;
    readonly max: number;
    readonly ignoreNetworkErrors: boolean;
  };
}

/** NIST SP 800-63B, 5.1.1.2. */
const LEAST_LENGTH = 8;

export const passwordSection: MethodSection<PasswordSettings> = {
  offers: [],
  lists: ['login', 'registration', 'settings'],
  devDefaults: { 'config.haveibeenpwned_enabled': false },
  former: { password: map({ enabled: flag('Sign-in by password.', { to: 'selfservice.methods.password.enabled' }) }) },
  keys: map({
    enabled: flag('Sign-in by password.', { default: true }),
    config: map({
      min_password_length: integer(
        6,
        512,
        'The least number of characters; 6 and 7 are read as 8. 15 is recommended.',
        {
          default: 8,
        },
      ),
      identifier_similarity_check_enabled: flag('Refuses passwords that resemble the identifier.', { default: true }),
      context_words: listOf(
        text('A word.'),
        'Words no password may be made of, beside the name of the product and the labels of the host of the base URL.',
        { default: [] },
      ),
      haveibeenpwned_enabled: flag('Looks passwords up in a list of breaches, by a prefix of their hash.', {
        default: true,
        computed: 'true; false under `sallyport dev`',
      }),
      haveibeenpwned_host: text('The host of the breach list.', {
        default: 'api.pwnedpasswords.com',
        pattern: /^[A-Za-z0-9.-]+(?::\d{1,5})?$/,
        wanted: 'a host name',
      }),
      max_breaches: integer(0, 100, 'The number of breaches that a password may occur in.', { default: 0 }),
      ignore_network_errors: flag('Accepts a password when the breach list cannot be reached.', { default: true }),
      migrate_hook: map({
        enabled: flag('Asks another system about passwords that were not imported.', {
          default: false,
          feature: 'password.migrate_hook',
        }),
        config: map(
          {
            ...request('The request.').keys,
            emit_analytics_event: flag('Sends the two request id headers.', { default: true }),
          },
          { required: ['url'] },
        ),
      }),
    }),
  }),

  read({ values, context: { problems } }) {
    if (values.flag('migrate_hook.enabled') && !values.has('migrate_hook.config.url'))
      problems.error(
        values.at('migrate_hook.enabled'),
        'contradiction',
        'is true',
        'write password.migrate_hook.config too',
      );
    const length = values.number('config.min_password_length');
    if (length < LEAST_LENGTH)
      problems.warn(
        values.at('config.min_password_length'),
        'no-effect',
        `is ${length}`,
        'it is read as 8, the least this server takes',
      );
    const contextWords = values.strings('config.context_words');
    const short = contextWords.filter((word) => !isLookedFor(word));
    if (short.length > 0)
      problems.warn(
        values.at('config.context_words'),
        'no-effect',
        `has ${short.map((word) => JSON.stringify(word)).join(', ')}`,
        'words of fewer than three letters are in too many passwords and are not looked for',
      );
    return {
      enabled: values.flag('enabled'),
      minLength: Math.max(LEAST_LENGTH, length),
      similarityCheck: values.flag('config.identifier_similarity_check_enabled'),
      contextWords,
      breachCheck: {
        enabled: values.flag('config.haveibeenpwned_enabled'),
        host: values.text('config.haveibeenpwned_host'),
        max: values.number('config.max_breaches'),
        ignoreNetworkErrors: values.flag('config.ignore_network_errors'),
      },
    };
  },

  firstFactor: ({ enabled }) => enabled,
};
