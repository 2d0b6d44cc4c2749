import type { MethodSettings } from '../../config/config.ts';
import type { MethodSection } from '../../config/method-section.ts';
import { flag, map } from '../../config/schema/spec.ts';
import { readRelyingParty, relyingParty } from '../relying-party.ts';

export interface WebAuthnSettings extends MethodSettings {
  /** As configured, offered or not: keys sign people in alone. */
  readonly passwordless: boolean;
}

/** The keys are checked; switched on they are warned about, because this build has no strategy for them yet. */
export const webAuthnSection: MethodSection<WebAuthnSettings> = {
  offers: [],
  lists: ['login', 'registration', 'settings'],
  keys: map({
    enabled: flag('Security keys.', { default: false, feature: 'webauthn' }),
    config: map(
      { passwordless: flag('Security keys as first factor.', { default: false }), rp: relyingParty() },
      { required: ['rp'] },
    ),
  }),
  read(input) {
    readRelyingParty(input);
    const { values } = input;
    return { enabled: false, passwordless: values.flag('enabled') && values.flag('config.passwordless') };
  },
  passwordless: ({ passwordless }) => passwordless,
};
