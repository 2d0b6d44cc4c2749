import type { MethodSettings } from '../../config/config.ts';
import type { MethodSection } from '../../config/method-section.ts';
import { duration, flag, map, text } from '../../config/schema/spec.ts';

/** `selfservice.methods.link`, as the method reads it. */
export interface LinkSettings extends MethodSettings {
  /** Milliseconds. */
  readonly lifespan: number;
}

export const linkSection: MethodSection<LinkSettings> = {
  offers: ['link'],
  lists: [],
  mails: true,
  keys: map({
    enabled: flag('Links by mail, for verification and recovery.', { default: false, feature: 'link' }),
    config: map({
      lifespan: duration('How long a link can be used.', { default: '1h' }),
      base_url: text('Another base for links.', {
        inert: 'mails use serve.public.base_url',
      }),
    }),
  }),
  read: ({ values }) => ({ enabled: values.flag('enabled'), lifespan: values.number('config.lifespan') }),
};
