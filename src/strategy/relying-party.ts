import { isIP } from 'node:net';
import type { Config } from '../config/config.ts';
import type { SectionInput } from '../config/method-section.ts';
import { warnOfName } from '../config/dialect/move-old-keys.ts';
import { content, listOf, map, text, url, type Leaf, type MapOf } from '../config/schema/spec.ts';
import type { RelyingParty } from './ceremony/options.ts';
import type { WrittenAuthenticatorRules } from './load-makers.ts';
import type { Doubt } from './method.ts';

/** How Android writes the origin of an app: the digest of the key that signed it. */
const OF_APP = /^android:apk-key-hash:[\w-]{20,}$/;

/** An origin: of pages, or of an app. */
function origin(): Leaf {
  const ofPages = url('An origin.');
  return {
    ...ofPages,
    wanted: 'an origin such as https://login.example.org, or android:apk-key-hash:…',
    parse: (value, loose) =>
      typeof value === 'string' && OF_APP.test(value) ? { value } : ofPages.parse(value, loose),
  };
}

/** The keys that say to whom a key pair of a browser belongs (W3C Web Authentication, relying party). */
export const relyingParty = (): MapOf =>
  map(
    {
      id: text('The relying party: the domain credentials are bound to.'),
      display_name: text('The name of the service that a person sees.'),
      origin: url('The origin of the pages, where there is one.'),
      origins: listOf(origin(), 'The origins of the pages and apps.', {
        computed: 'the scheme of the public URL, and the domain of the relying party',
      }),
      icon: text('An icon.', { inert: 'browsers no longer show it' }),
    },
    { required: ['id', 'display_name'], open: true },
  );

const AAGUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const aaguid = (about: string) =>
  text(about, { pattern: AAGUID, wanted: 'an AAGUID such as ee882879-721c-4913-9775-3dfcce97072a' });

/** The keys that say which authenticators may be enrolled. */
export const authenticators = (): MapOf =>
  map({
    allow: listOf(
      aaguid('The model of an authenticator.'),
      'Only these may be enrolled; they have to attest their model.',
      {
        default: [],
      },
    ),
    deny: listOf(aaguid('The model of an authenticator.'), 'Never these, as far as they say their model.', {
      default: [],
    }),
    metadata: content('The file of the FIDO metadata service, by which attestations are verified.'),
  });

/**
 * The relying party, with the origins that are written: none, where they follow from the public URL. Undefined where no relying
 * party is written. Reports what cannot be: a method without one, two spellings of the origins.
 */
export function readRelyingParty({ values, key, context: { problems } }: SectionInput): RelyingParty | undefined {
  if (values.flag('enabled') && !values.has('config.rp.id'))
    problems.error(values.at('enabled'), 'contradiction', 'is true', `write ${key('config.rp')} too`);
  const origin = values.find('config.rp.origin');
  if (origin !== undefined) warnOfName(origin, 'v0.8 to v1.0', `write ${key('config.rp.origins')}: [ … ]`, problems);
  if (values.has('config.rp.origin') && values.has('config.rp.origins'))
    problems.error(values.at('config.rp.origins'), 'contradiction', 'is written beside `origin`', 'keep one of them');
  const id = values.maybeText('config.rp.id');
  const displayName = values.maybeText('config.rp.display_name');
  if (id === undefined || displayName === undefined) return undefined;
  const one = values.maybeText('config.rp.origin');
  const written = one === undefined ? values.strings('config.rp.origins') : [one];
  return { id, displayName, origins: written.map((each) => (OF_APP.test(each) ? each : new URL(each).origin)) };
}

/** Reports a list that nothing is verified by. */
export function readAuthenticators({ values, key, context: { problems } }: SectionInput): WrittenAuthenticatorRules {
  const listed = (key: string): ReadonlySet<string> =>
    new Set(values.strings(`config.authenticators.${key}`).map((each) => each.toLowerCase()));
  const allow = listed('allow');
  const metadata = values.maybeText('config.authenticators.metadata');
  if (allow.size > 0 && metadata === undefined)
    problems.warn(
      values.at('config.authenticators.allow'),
      'unsafe',
      'takes the word of authenticators for what they are',
      `write ${key('config.authenticators.metadata')} too`,
    );
  if (allow.size === 0 && metadata !== undefined)
    problems.warn(
      values.at('config.authenticators.metadata'),
      'no-effect',
      'has no effect: nothing is attested without `allow`',
      `write ${key('config.authenticators.allow')} too`,
    );
  return { attestation: allow.size > 0 ? 'direct' : 'none', allow, deny: listed('deny'), metadata };
}

/** The relying party with the origin that follows where none is written, as in the reference: without a port. */
export function partyOf(written: RelyingParty, { serve }: Pick<Config, 'serve'>): RelyingParty {
  if (written.origins.length > 0) return written;
  return { ...written, origins: [`${new URL(serve.public.baseUrl).protocol}//${written.id}`] };
}

/** Why browsers would make no credential for this relying party on the configured pages. */
export function doubtsOfParty(written: RelyingParty, config: Config): readonly Doubt[] {
  const { id, origins } = partyOf(written, config);
  if (isIP(id) !== 0)
    return [
      {
        key: 'config.rp.id',
        found: `is the address ${id}`,
        advice: 'write the domain of the pages: browsers make no credentials for addresses',
      },
    ];
  const foreign = origins.filter((each) => {
    const { hostname } = new URL(each);
    return !OF_APP.test(each) && hostname !== id && !hostname.endsWith(`.${id}`);
  });
  const { login, registration, settings } = config.flows;
  const pages = [...new Set([login, registration, settings].map(({ uiUrl }) => new URL(uiUrl).origin))];
  const unlisted = pages.filter((origin) => !origins.includes(origin));
  return [
    ...foreign.map((origin) => ({
      key: 'config.rp.origins',
      found: `${origin} does not lie within ${id}, so no credential is made there`,
      advice: `list origins of ${id} or of what lies below it`,
    })),
    ...(unlisted.length === 0
      ? []
      : [
          {
            key: 'config.rp.origins',
            found: `${origins.join(', ')} ${origins.length === 1 ? 'is' : 'are'} taken, and pages are on ${unlisted.join(', ')}`,
            advice: `list the origins of the pages: [${pages.join(', ')}]`,
          },
        ]),
  ];
}
