import type { Credential } from '../identity/identity.ts';
import { isObject } from '../kernel/json.ts';
import type { SectionInput } from '../config/method-section.ts';
import { warnOfName } from '../config/dialect/move-old-keys.ts';
import { listOf, map, text, url, type MapOf } from '../config/schema/spec.ts';

/** The keys that say to whom a key pair of a browser belongs (W3C Web Authentication, relying party). */
export const relyingParty = (): MapOf =>
  map(
    {
      id: text('The relying party: the domain credentials are bound to.'),
      display_name: text('The name of the service that a person sees.'),
      origin: url('The origin of the pages, where there is one.'),
      origins: listOf(url('An origin.'), 'The origins of the pages.'),
      icon: text('An icon.', { inert: 'browsers no longer show it' }),
    },
    { required: ['id', 'display_name'], open: true },
  );

/** Reports a method that is switched on without its relying party, and two spellings of the origins. */
export function checkRelyingParty({ values, key, context: { problems } }: SectionInput): void {
  if (values.flag('enabled') && !values.has('config.rp.id'))
    problems.error(values.at('enabled'), 'contradiction', 'is true', `write ${key('config.rp')} too`);
  const origin = values.find('config.rp.origin');
  if (origin !== undefined) warnOfName(origin, 'v0.8 to v1.0', `write ${key('config.rp.origins')}: [ … ]`, problems);
  if (values.has('config.rp.origin') && values.has('config.rp.origins'))
    problems.error(values.at('config.rp.origins'), 'contradiction', 'is written beside `origin`', 'keep one of them');
}

/** The key pairs of a credential of such a method, as they are stored. */
export function keysOf({ config }: Credential): readonly Readonly<Record<string, unknown>>[] {
  const { credentials } = config;
  return Array.isArray(credentials) ? credentials.filter((each) => isObject(each)) : [];
}
