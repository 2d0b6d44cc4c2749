import type { MethodSettings } from '../../config/config.ts';
import type { MethodSection } from '../../config/method-section.ts';
import { flag, listOf, map, url } from '../../config/schema/spec.ts';
import { providerKeys } from './provider-keys.ts';
import type { OidcProvider } from './provider-entry.ts';
import { readProviders } from './read-providers.ts';

/** `selfservice.methods.oidc`, as the method reads it. */
export interface OidcSettings extends MethodSettings {
  readonly baseRedirectUri: string | undefined;
  readonly providers: readonly OidcProvider[];
}

const providers = (): ReturnType<typeof listOf> => listOf(providerKeys, 'The identity providers.');

export const oidcSection: MethodSection<OidcSettings> = {
  offers: ['oidc'],
  lists: ['login', 'registration', 'settings'],
  former: {
    oidc: map({
      enabled: flag('Sign-in through providers.', { to: 'selfservice.methods.oidc.enabled', feature: 'oidc' }),
      config: map({ providers: { ...providers(), to: 'selfservice.methods.oidc.config.providers' } }),
    }),
  },
  keys: map({
    enabled: flag('Sign-in through identity providers.', { default: false, feature: 'oidc' }),
    config: map({
      base_redirect_uri: url('The base of callback URLs.', { computed: 'the public URL' }),
      providers: providers(),
    }),
  }),

  read({ values, context: { origin, problems, judged } }) {
    const read = readProviders(values, problems, judged);
    // In the old dialects providers alone switch the method on.
    const implied = origin.dialect !== 'current' && !values.has('enabled') && read.length > 0;
    return {
      enabled: values.flag('enabled') || implied,
      baseRedirectUri: values.maybeText('config.base_redirect_uri'),
      providers: read,
    };
  },

  firstFactor: ({ enabled }) => enabled,
};
