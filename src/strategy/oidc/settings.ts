import type { Node } from '../../flow/json.ts';
import type { Factors } from '../../identity/credentials.ts';
import type { Credential, Identity } from '../../identity/identity.ts';
import { bodyField } from '../../kernel/body.ts';
import { must } from '../../kernel/error.ts';
import type { Identifier } from '../../kernel/id.ts';
import { isObject, type Json, type JsonObject } from '../../kernel/json.ts';
import { draftOf } from '../draft.ts';
import { putAside } from '../put-aside.ts';
import type { Attempt, Body, PreparedWrites, AttemptContext, Strategy, View } from '../strategy.ts';
import type { AccountParts } from './link-candidates.ts';
import { isForProvider } from './login.ts';
import { providerButton } from './nodes.ts';
import { CREDENTIAL, credentialEntry } from './provider.ts';
import { arrive, depart, reject } from './authorization-request.ts';
import { parseResult, subjectOf, resultJson, type ProviderResult } from './provider-profile.ts';

export interface OidcSettingsParts extends Pick<
  AccountParts,
  'name' | 'providers' | 'privilegedAge' | 'sealToken' | 'sealState' | 'report' | 'identities'
> {
  readonly factors: Pick<Factors, 'remains' | 'shown'>;
}

/** Connects accounts at providers with a signed-in person's, and removes them while another way to sign in remains. */
export function createOidcSettings(parts: OidcSettingsParts): Strategy {
  const { name, providers, identities, factors } = parts;

  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    const identity = must(at.identity, 'The signed-in identity');
    const before = parseResult(at.providerResult);
    if (before !== undefined) return connect(identity, before);
    if (at.returned && at.page === 'away') {
      const arrived = await arrive(parts, body, at);
      return 'kind' in arrived ? arrived : connect(identity, arrived);
    }
    const asked = at.returned ? parseAsked(at.vault) : askedIn(body);
    if (asked === undefined) return reject('Say which account to connect or disconnect.');
    const credentials = await identities.credentials(identity.id);
    const refusal = asked.link === undefined ? cannotRemove(credentials, asked) : cannotAdd(credentials, asked.link);
    if (refusal !== undefined) return reject(refusal);
    // Plain JSON by its type.
    if (!at.privileged && !at.returned) return putAside(name, identity, asked as unknown as Json);
    if (asked.link === undefined)
      return { kind: 'accept', draft: draftOf(identity), writes: without(credentials, asked.unlink) };
    const provider = must(providers.get(asked.link), `Provider ${asked.link}`);
    return depart(parts, provider, body, at, { typed: {}, values: {} });
  }

  function cannotAdd(credentials: readonly Credential[], id: string): string | undefined {
    const provider = providers.get(id);
    if (provider === undefined) return 'There is no such provider.';
    const linked = entriesOf(credentials).some((entry) => entry['provider'] === id);
    return linked ? `An account of ${provider.label} is connected already.` : undefined;
  }

  function cannotRemove(credentials: readonly Credential[], { unlink }: Asked): string | undefined {
    if (!entriesOf(credentials).some((entry) => entry['provider'] === unlink))
      return 'No account of this provider is connected.';
    const others = credentials.filter(({ type }) => type !== CREDENTIAL);
    const left = entriesOf(credentials).filter((entry) => entry['provider'] !== unlink);
    if (left.some(({ provider }) => providers.has(String(provider))) || factors.remains(others)) return undefined;
    return 'This is the only way you can sign in. Set a password, or connect another account, first.';
  }

  async function connect(identity: Identity, providerResult: ProviderResult): Promise<Attempt> {
    const subject = subjectOf(providerResult) as Identifier; // as it is stored: untouched
    const found = await identities.findByIdentifier(CREDENTIAL, subject);
    if (found !== undefined && found.identity.id !== identity.id)
      return reject('This account is connected with somebody else here.');
    const credentials = await identities.credentials(identity.id);
    const others = entriesOf(credentials).filter((entry) => entry['provider'] !== providerResult.provider);
    const config = { providers: [...others, credentialEntry(parts, providerResult)] };
    return {
      kind: 'accept',
      draft: draftOf(identity),
      writes: { providerResult: resultJson(providerResult), credentials: [{ type: CREDENTIAL, config }] },
    };
  }

  function nodes({ identity, owned }: View): readonly Node[] {
    if (identity === undefined) return [];
    const linked = new Set((owned[CREDENTIAL] ?? []).map((subject) => subject.split(':', 1)[0]));
    const spare = factors.shown(owned) > 1;
    return [...providers.values()].flatMap((provider) => {
      if (!linked.has(provider.id)) return [providerButton('link', provider, 1050002)];
      return spare ? [providerButton('unlink', provider, 1050003)] : [];
    });
  }

  return {
    method: name,
    flow: 'settings',
    changesFactors: true,
    pages: ['form', 'success', 'held', 'away'],
    claims: (method, body) => isForProvider(name, method, body, 'link', 'unlink'),
    guards: () => [],
    nodes,
    attempt,
  };
}

interface Asked {
  readonly link?: string;
  readonly unlink?: string;
}

function askedIn(body: Body): Asked | undefined {
  const link = bodyField(body, 'link');
  const unlink = bodyField(body, 'unlink');
  if ((link === undefined) === (unlink === undefined)) return undefined;
  return link === undefined ? { unlink: unlink ?? '' } : { link };
}

/** Sealed by `attempt`. */
function parseAsked(value: Json | undefined): Asked | undefined {
  if (!isObject(value)) return undefined;
  const { link, unlink } = value;
  if (typeof link === 'string') return { link };
  return typeof unlink === 'string' ? { unlink } : undefined;
}

function entriesOf(credentials: readonly Credential[]): readonly JsonObject[] {
  const providers = credentials.find(({ type }) => type === CREDENTIAL)?.config['providers'];
  return Array.isArray(providers) ? (providers.filter(isObject) as JsonObject[]) : []; // JSON as it is stored
}

function without(credentials: readonly Credential[], unlink: string | undefined): PreparedWrites {
  const providers = entriesOf(credentials).filter((entry) => entry['provider'] !== unlink);
  return providers.length === 0
    ? { removed: [CREDENTIAL] }
    : { credentials: [{ type: CREDENTIAL, config: { providers } }] };
}
