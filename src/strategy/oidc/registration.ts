import type { Node } from '../../flow/json.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { DraftIdentity } from '../../kernel/draft.ts';
import { must } from '../../kernel/error.ts';
import type { Identifier, SessionId } from '../../kernel/id.ts';
import { say } from '../../kernel/messages.ts';
import { draftOf } from '../draft.ts';
import type { Attempt, Body, AttemptContext, Strategy, Values, View } from '../strategy.ts';
import { traitNodes, traitValues } from '../traits.ts';
import { accountOf, type AccountParts } from './link-candidates.ts';
import { connectOrRefuse } from './connect.ts';
import { isForProvider, typedTraits } from './login.ts';
import { providerButton } from './nodes.ts';
import { CREDENTIAL, credentialEntry, namedProvider, proofOf, type Provider } from './provider.ts';
import { accept, arrive, depart, reject } from './authorization-request.ts';
import { parseResult, subjectOf, resultJson, type ProviderResult } from './provider-profile.ts';

export interface OidcRegistrationParts extends AccountParts {
  readonly clock: Clock;
}

/** Registers an account by what a provider says and the person adds; a known subject signs in instead. */
export function createOidcRegistration(parts: OidcRegistrationParts): Strategy {
  const { name, providers, identities, random, clock, schemas } = parts;

  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    const before = parseResult(at.providerResult);
    if (before !== undefined) return decide(before, at);
    if (at.returned) return decided(await arrive(parts, body, at), at);
    const provider = namedProvider(providers, body);
    if (provider === undefined) return { kind: 'reject', values: {}, messages: [say(4010003)] };
    const typed = typedTraits(schemas, at.schemaId, body);
    const inline = await accept(parts, provider, body, at, typed);
    if (inline !== undefined) return decided(inline, at);
    const values = { ...at.values, ...traitValues(schemaOf(at.schemaId), typed) };
    const complete = at.page === 'complete' ? { provider: provider.id } : {};
    return depart(parts, provider, body, at, { typed, values: { ...values, ...complete } });
  }

  const decided = (arrived: ProviderResult | Attempt, at: AttemptContext): Attempt | Promise<Attempt> =>
    'kind' in arrived ? arrived : decide(arrived, at);
  const schemaOf = (id: string) => must(schemas.get(id), `Schema ${id}`);

  async function decide(providerResult: ProviderResult, at: AttemptContext): Promise<Attempt> {
    const provider = must(providers.get(providerResult.provider), `Provider ${providerResult.provider}`);
    const known = await identities.findByIdentifier(CREDENTIAL, subjectOf(providerResult) as Identifier); // as it is stored: untouched
    const writes = { providerResult: resultJson(providerResult) };
    if (known !== undefined)
      return { kind: 'other', opening: 'open.known', draft: draftOf(known.identity), values: {}, writes };
    const account = await accountOf(parts, provider, providerResult, at.schemaId);
    if (account.kind === 'refused') return reject(account.reason);
    if (account.kind === 'taken') return connectOrRefuse(parts, provider, account, providerResult);
    const values = valuesOf(provider, account.identity, at);
    if (account.kind === 'incomplete')
      return {
        kind: 'challenge',
        page: 'complete',
        draft: undefined,
        values,
        messages: account.messages,
        writes: undefined,
      };
    return {
      kind: 'accept',
      values,
      draft: { identity: account.identity, session: { id: random.uuidAt(at.now) as SessionId } }, // fresh from the generator
      writes: {
        ...writes,
        proof: proofOf(name, provider, providerResult, clock.now()),
        credentials: [{ type: CREDENTIAL, config: { providers: [credentialEntry(parts, providerResult)] } }],
      },
    };
  }

  const valuesOf = (provider: Provider, { schemaId, traits }: DraftIdentity, at: AttemptContext): Values => ({
    ...at.values,
    ...traitValues(schemaOf(schemaId), traits),
    provider: provider.id,
  });

  function nodes({ page, schemaId, values, messages }: View): readonly Node[] {
    const all = [...providers.values()];
    if (page !== 'complete') return all.map((provider) => providerButton('provider', provider, 1040002));
    const used = all.filter(({ id }) => id === values['provider']);
    return [
      ...(used.length > 0 ? used : all).map((provider) => providerButton('provider', provider, 1040003)),
      ...traitNodes(schemaOf(schemaId), { group: 'default', values, hidden: false, messages }),
    ];
  }

  return {
    method: name,
    flow: 'registration',
    pages: ['form', 'traits', 'credentials', 'away', 'complete'],
    claims: (method, body) => isForProvider(name, method, body, 'provider'),
    guards: () => [],
    nodes,
    attempt,
  };
}
