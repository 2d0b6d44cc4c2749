import type { MethodSettings } from '../../config/config.ts';
import type { MethodSection } from '../../config/method-section.ts';
import { flag, map, text } from '../../config/schema/spec.ts';

export interface TotpSettings extends MethodSettings {
  /** The name that an app shows; undefined: the host of the public URL. */
  readonly issuer: string | undefined;
}

export const totpSection: MethodSection<TotpSettings> = {
  offers: ['totp'],
  lists: ['login', 'settings'],
  keys: map({
    enabled: flag('Authenticator apps.', { default: false, feature: 'totp' }),
    config: map({ issuer: text('The name an app shows.', { computed: 'the host of the public URL' }) }),
  }),
  read: ({ values }) => ({ enabled: values.flag('enabled'), issuer: values.maybeText('config.issuer') }),
};
