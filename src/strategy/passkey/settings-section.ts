import type { MethodSettings } from '../../config/config.ts';
import type { MethodSection } from '../../config/method-section.ts';
import { duration, flag, map, oneOf } from '../../config/schema/spec.ts';
import type { RelyingParty, UserVerification } from '../ceremony/options.ts';
import type { WrittenAuthenticatorRules } from '../load-makers.ts';
import { authenticators, readAuthenticators, readRelyingParty, relyingParty } from '../relying-party.ts';

export interface PasskeySettings extends MethodSettings {
  /** Undefined where none is written: then the method is off. */
  readonly party: RelyingParty | undefined;
  readonly selection: {
    /** Undefined: any. */
    readonly attachment: 'platform' | 'cross-platform' | undefined;
    readonly residentKey: 'required' | 'preferred' | 'discouraged';
    readonly userVerification: UserVerification;
  };
  /** Milliseconds that a browser waits for its person. */
  readonly timeouts: { readonly registration: number; readonly login: number };
  readonly authenticators: WrittenAuthenticatorRules;
}

const NEEDS = ['required', 'preferred', 'discouraged'] as const;

/** `selfservice.methods.passkey`, as the method reads it. */
export const passkeySection: MethodSection<PasskeySettings> = {
  offers: ['passkey'],
  lists: ['login', 'registration', 'settings'],
  keys: map({
    enabled: flag('Passkeys.', { default: false, feature: 'passkey' }),
    config: map(
      {
        rp: relyingParty(),
        authenticators: authenticators(),
        authenticator_selection: map({
          attachment: oneOf(['platform', 'cross-platform'], 'The kind of authenticators.', { computed: 'any' }),
          resident_key: oneOf(NEEDS, 'Discoverable credentials.', { default: 'required' }),
          user_verification: oneOf(NEEDS, 'User verification.', { default: 'preferred' }),
        }),
        attestation: map({
          preference: oneOf(['none', 'indirect', 'direct', 'enterprise'], 'Attestation.', {
            default: 'none',
            inert: 'attestation is asked for where `authenticators.allow` names models',
          }),
        }),
        timeouts: map({
          registration: duration('The time to create a passkey.', { default: '5m' }),
          login: duration('The time to use a passkey.', { default: '5m' }),
        }),
      },
      { required: ['rp'] },
    ),
  }),
  read(input) {
    const { values } = input;
    const party = readRelyingParty(input);
    return {
      enabled: values.flag('enabled') && party !== undefined,
      party,
      selection: {
        attachment: attachmentOf(values.maybeText('config.authenticator_selection.attachment')),
        residentKey: values.choice('config.authenticator_selection.resident_key', NEEDS),
        userVerification: values.choice('config.authenticator_selection.user_verification', NEEDS),
      },
      timeouts: {
        registration: values.number('config.timeouts.registration'),
        login: values.number('config.timeouts.login'),
      },
      authenticators: readAuthenticators(input),
    };
  },
  firstFactor: ({ enabled }) => enabled,
  passwordless: ({ enabled }) => enabled,
};

const attachmentOf = (written: string | undefined): PasskeySettings['selection']['attachment'] =>
  written === 'platform' || written === 'cross-platform' ? written : undefined;
