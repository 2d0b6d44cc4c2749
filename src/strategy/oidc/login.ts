import type { Node } from '../../flow/json.ts';
import type { Config, MethodName } from '../../config/config.ts';
import type { Identity, IdentityReads } from '../../identity/identity.ts';
import type { IdentitySchemas } from '../../identity/schema.ts';
import { bodyField, pressed } from '../../kernel/body.ts';
import type { Clock } from '../../kernel/clock.ts';
import { must } from '../../kernel/error.ts';
import type { Identifier, IdentityId } from '../../kernel/id.ts';
import { isObject } from '../../kernel/json.ts';
import { say } from '../../kernel/messages.ts';
import { DEACTIVATED, isDeactivated } from '../active-account.ts';
import { loginDraft } from '../draft.ts';
import type { Attempt, Body, AttemptContext, Strategy, View } from '../strategy.ts';
import { carriesTraits, readTraits } from '../traits.ts';
import { accountOf, type AccountParts } from './link-candidates.ts';
import { connectOrRefuse } from './connect.ts';
import { takeOver, type TakeOverParts } from './take-over.ts';
import { providerButton } from './nodes.ts';
import { CREDENTIAL, namedProvider, proofOf, type Provider, type Providers } from './provider.ts';
import { accept, arrive, depart, reject } from './authorization-request.ts';
import { parseResult, subjectOf, resultJson, type ProviderResult } from './provider-profile.ts';

export interface OidcLoginParts extends AccountParts, Pick<TakeOverParts, 'openVault'> {
  readonly clock: Clock;
  readonly config: Config;
}

/** Signs in at a provider: a known subject signs in, an unknown one goes on as a registration. */
export function createOidcLogin(parts: OidcLoginParts): Strategy {
  const { name, providers, identities, random, clock, config, schemas } = parts;

  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    const before = parseResult(at.providerResult);
    if (before !== undefined) return decide(before, at);
    if (at.returned) return decided(await arrive(parts, body, at), at);
    if (isObject(at.values['link']) && pressed(body, 'set_new')) return takeOver(parts, at);
    const provider = namedProvider(providers, body);
    if (provider === undefined) return { kind: 'reject', values: {}, messages: [say(4010002)] };
    const typed = typedTraits(schemas, at.schemaId, body);
    const inline = await accept(parts, provider, body, at, typed);
    if (inline !== undefined) return decided(inline, at);
    return depart(parts, provider, body, at, { typed, values: at.values });
  }

  const decided = (arrived: ProviderResult | Attempt, at: AttemptContext): Attempt | Promise<Attempt> =>
    'kind' in arrived ? arrived : decide(arrived, at);

  async function decide(providerResult: ProviderResult, at: AttemptContext): Promise<Attempt> {
    const provider = must(providers.get(providerResult.provider), `Provider ${providerResult.provider}`);
    const known = await knownBy(identities, providerResult);
    if (known !== undefined) return comeIn(provider, known, providerResult, at);
    // The person is to prove a known account: an unknown subject is another person, not a registration.
    if (at.refresh || at.values['link'] !== undefined) return { kind: 'reject', values: {}, messages: [say(4010009)] };
    const account = await accountOf(parts, provider, providerResult, at.schemaId);
    if (account.kind === 'refused') return reject(account.reason);
    if (account.kind === 'taken') return connectOrRefuse(parts, provider, account, providerResult);
    if (!config.flows.registration.enabled)
      return reject('Signing up is switched off, and nobody is known by this account.');
    return {
      kind: 'other',
      opening: 'open.complete',
      draft: undefined,
      values: {},
      writes: { providerResult: resultJson(providerResult) },
    };
  }

  function comeIn(provider: Provider, identity: Identity, providerResult: ProviderResult, at: AttemptContext): Attempt {
    if (isDeactivated(identity)) return { kind: 'reject', values: {}, messages: [DEACTIVATED], identity: identity.id };
    return {
      kind: 'accept',
      identity,
      draft: loginDraft(identity, at, random),
      writes: {
        proof: proofOf(name, provider, providerResult, clock.now()),
        providerResult: resultJson(providerResult),
      },
    };
  }

  return {
    method: name,
    flow: 'login',
    pages: ['form', 'identifier', 'credentials', 'confirm', 'link', 'away'],
    claims: (method, body) =>
      isForProvider(name, method, body, 'provider') || (method === undefined && pressed(body, 'set_new')),
    guards: () => [],
    nodes: (view) => nodes(providers, view),
    attempt,
  };
}

function nodes(providers: Providers, { page, owned, refresh, values }: View): readonly Node[] {
  if (page === 'complete') return [];
  const own = (owned[CREDENTIAL] ?? []).map((subject) => subject.split(':', 1)[0]);
  const { link } = values;
  const used = isObject(link) ? link['provider_id'] : undefined;
  return [...providers.values()]
    .filter(({ id }) => (!refresh || own.includes(id)) && id !== used)
    .map((provider) => providerButton('provider', provider, used === undefined ? 1010002 : 1010018));
}

/** True when a submit is for a provider: it names the method, or carries a provider's button alone. */
export function isForProvider(
  own: MethodName,
  method: string | undefined,
  body: Body,
  ...fields: readonly string[]
): boolean {
  if (method !== undefined && method !== '' && method !== own) return false;
  return method === own || fields.some((field) => bodyField(body, field) !== undefined);
}

/** The account with this subject, or the one that the configuration connects with it without asking. */
async function knownBy(identities: IdentityReads, providerResult: ProviderResult): Promise<Identity | undefined> {
  const found = await identities.findByIdentifier(CREDENTIAL, subjectOf(providerResult) as Identifier); // as it is stored: untouched
  if (found !== undefined || providerResult.linksTo === undefined) return found?.identity;
  return identities.find(providerResult.linksTo as IdentityId); // an identity's id, put there by `connectOrRefuse`
}

/** Traits that were sent along with the button. */
export function typedTraits(schemas: IdentitySchemas, schemaId: string, body: Body) {
  if (!carriesTraits(body)) return {};
  return readTraits(must(schemas.get(schemaId), `Schema ${schemaId}`), body).traits;
}
