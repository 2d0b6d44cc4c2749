import type { MethodSettings } from '../../config/config.ts';
import type { MethodSection } from '../../config/method-section.ts';
import { duration, flag, map, text } from '../../config/schema/spec.ts';

/** `selfservice.methods.link`, as the method reads it. */
export interface LinkSettings extends MethodSettings {
  /** Milliseconds. */
  readonly lifespan: number;
  /** A link shows a page before it is used. */
  readonly confirm: boolean;
}

export const linkSection: MethodSection<LinkSettings> = {
  offers: ['link'],
  lists: [],
  mails: true,
  keys: map({
    enabled: flag('Links by mail, for verification and recovery.', { default: false, feature: 'link' }),
    config: map({
      lifespan: duration('How long a link can be used.', { default: '1h' }),
      confirm: flag(
        'A link shows a page with a button before it is used, so that what opens links by itself uses none.',
        {
          default: true,
        },
      ),
      base_url: text('Another base for links.', {
        inert: 'mails use serve.public.base_url',
      }),
    }),
  }),
  read({ values, context: { problems } }) {
    const confirm = values.flag('config.confirm');
    if (!confirm)
      problems.warn(
        values.at('config.confirm'),
        'unsafe',
        'lets whatever opens a link use it up, mail scanners among them',
        'true, so that a link shows a page with a button first',
      );
    return { enabled: values.flag('enabled'), lifespan: values.number('config.lifespan'), confirm };
  },
};
