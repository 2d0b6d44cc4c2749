import type { MethodSettings } from '../../config/config.ts';
import type { MethodSection } from '../../config/method-section.ts';
import { flag, map } from '../../config/schema/spec.ts';

export interface LookupSecretSettings extends MethodSettings {
  /** Codes are kept encrypted beside their digests, and their owner may see them again. */
  readonly reveal: boolean;
}

export const lookupSecretSection: MethodSection<LookupSecretSettings> = {
  offers: ['lookup_secret'],
  lists: ['login', 'settings'],
  keys: map({
    enabled: flag('Recovery codes to write down.', { default: false, feature: 'lookup_secret' }),
    config: map({
      reveal: flag(
        'Keeps the codes encrypted with `secrets.cipher` as well, and lets their owner see them again; otherwise they are shown once.',
        { default: false },
      ),
    }),
  }),

  read({ values, all, context: { devSecrets, problems } }) {
    const enabled = values.flag('enabled');
    const reveal = values.flag('config.reveal');
    if (enabled && reveal && devSecrets === undefined && !all.has('secrets.cipher'))
      problems.error(
        values.at('config.reveal'),
        'contradiction',
        'is true without secrets.cipher',
        'codes that can be shown again are encrypted with it: write 32 characters there, or leave reveal out',
      );
    return { enabled, reveal };
  },
};
