import type { MethodSection } from '../../config/method-section.ts';
import { flag, map } from '../../config/schema/spec.ts';

export const profileSection: MethodSection = {
  offers: [],
  lists: ['settings'],
  keys: map({ enabled: flag('Changing traits in settings.', { default: true }) }),
  read: ({ values }) => ({ enabled: values.flag('enabled') }),
};
