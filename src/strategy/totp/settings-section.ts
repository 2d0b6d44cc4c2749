import type { MethodSection } from '../../config/method-section.ts';
import { flag, map, text } from '../../config/schema/spec.ts';

/** The keys are checked; switched on they are warned about, because this build has no strategy for them yet. */
export const totpSection: MethodSection = {
  offers: [],
  lists: ['login', 'settings'],
  keys: map({
    enabled: flag('Authenticator apps.', { default: false, feature: 'totp' }),
    config: map({ issuer: text('The name an app shows.', { computed: 'the host of the public URL' }) }),
  }),
  read: () => ({ enabled: false }),
};
