import type { MethodSettings } from '../../config/config.ts';
import type { MethodSection } from '../../config/method-section.ts';
import { duration, flag, map, oneOf } from '../../config/schema/spec.ts';
import { checkRelyingParty, relyingParty } from '../relying-party.ts';

export interface PasskeySettings extends MethodSettings {
  /** As configured, offered or not: passkeys sign people in alone. */
  readonly passwordless: boolean;
}

/** The keys are checked; switched on they are warned about, because this build has no strategy for them yet. */
export const passkeySection: MethodSection<PasskeySettings> = {
  offers: [],
  lists: ['login', 'registration', 'settings'],
  keys: map({
    enabled: flag('Passkeys.', { default: false, feature: 'passkey' }),
    config: map(
      {
        rp: relyingParty(),
        authenticator_selection: map({
          attachment: oneOf(['platform', 'cross-platform'], 'The kind of authenticators.'),
          resident_key: oneOf(['required', 'preferred', 'discouraged'], 'Discoverable credentials.', {
            default: 'required',
          }),
          user_verification: oneOf(['required', 'preferred', 'discouraged'], 'User verification.', {
            default: 'preferred',
          }),
        }),
        attestation: map({
          preference: oneOf(['none', 'indirect', 'direct', 'enterprise'], 'Attestation.', { default: 'none' }),
        }),
        timeouts: map({
          registration: duration('The time to create a passkey.'),
          login: duration('The time to use a passkey.'),
        }),
      },
      { required: ['rp'] },
    ),
  }),
  read(input) {
    checkRelyingParty(input);
    return { enabled: false, passwordless: input.values.flag('enabled') };
  },
  passwordless: ({ passwordless }) => passwordless,
};
