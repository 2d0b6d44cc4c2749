import type { MethodSettings } from '../../config/config.ts';
import type { MethodSection } from '../../config/method-section.ts';
import { flag, map } from '../../config/schema/spec.ts';
import type { RelyingParty } from '../ceremony/options.ts';
import type { WrittenAuthenticatorRules } from '../load-makers.ts';
import { authenticators, readAuthenticators, readRelyingParty, relyingParty } from '../relying-party.ts';

export interface WebAuthnSettings extends MethodSettings {
  /** Keys sign people in alone; else they are a second factor. */
  readonly passwordless: boolean;
  /** Undefined where none is written: then the method is off. */
  readonly party: RelyingParty | undefined;
  readonly authenticators: WrittenAuthenticatorRules;
}

/** `selfservice.methods.webauthn`, as the method reads it. */
export const webAuthnSection: MethodSection<WebAuthnSettings> = {
  offers: ['webauthn'],
  lists: ['login', 'registration', 'settings'],
  keys: map({
    enabled: flag('Security keys.', { default: false, feature: 'webauthn' }),
    config: map(
      {
        passwordless: flag('Security keys as first factor.', { default: false }),
        rp: relyingParty(),
        authenticators: authenticators(),
      },
      { required: ['rp'] },
    ),
  }),
  read(input) {
    const { values } = input;
    const party = readRelyingParty(input);
    const enabled = values.flag('enabled') && party !== undefined;
    const passwordless = values.flag('enabled') && values.flag('config.passwordless');
    return { enabled, passwordless, party, authenticators: readAuthenticators(input) };
  },
  firstFactor: ({ enabled, passwordless }) => enabled && passwordless,
  passwordless: ({ passwordless }) => passwordless,
};
