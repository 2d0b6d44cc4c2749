import type { MethodSection } from '../../config/method-section.ts';
import { flag, map } from '../../config/schema/spec.ts';

/** The keys are checked; switched on they are warned about, because this build has no strategy for them yet. */
export const lookupSecretSection: MethodSection = {
  offers: [],
  lists: ['login', 'settings'],
  keys: map({ enabled: flag('Recovery codes to write down.', { default: false, feature: 'lookup_secret' }) }),
  read: () => ({ enabled: false }),
};
