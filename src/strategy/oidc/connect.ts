import { madeContext } from '../../identity/made-message.ts';
import { say } from '../../kernel/messages.ts';
import { draftOf } from '../draft.ts';
import type { Attempt } from '../strategy.ts';
import type { Account } from './link-candidates.ts';
import { credentialEntry, type OidcParts, type Provider } from './provider.ts';
import { resultJson, type ProviderResult } from './provider-profile.ts';

/**
 * A provider's account whose identifier somebody has here. It is connected once that somebody has proved the local
 * account, in a login of its own; without asking only where the configuration says so for this provider. Where either side
 * has not verified the address, nothing is connected: the person signs in and does it in settings (security OI-7). An account
 * that nobody has proved at all is its first proof: the person shows a credential of it, or takes it over as a new one
 * (docs/decisions/0042).
 */
export function connectOrRefuse(
  parts: OidcParts,
  provider: Provider,
  { owner, identifier, verified, first }: Extract<Account, { kind: 'taken' }>,
  providerResult: ProviderResult,
): Attempt {
  if (!verified && !first) return { kind: 'reject', values: {}, messages: [say(4000027)] };
  const waiting = { identityId: owner.id, entry: credentialEntry(parts, providerResult) };
  const vault = { kind: 'link', value: { ...waiting, ...(first && { vouched: identifier }) } };
  if (verified && provider.entry.more['account_linking_mode'] === 'automatic') {
    const told = resultJson({ ...providerResult, linksTo: owner.id });
    return {
      kind: 'other',
      opening: 'open.known',
      draft: draftOf(owner),
      values: {},
      writes: { providerResult: told, vault },
    };
  }
  const made = first ? { made: madeContext(owner) } : {};
  const link = { provider: provider.label, provider_id: provider.id, identifier, ...made };
  return { kind: 'other', opening: 'open.link', draft: undefined, values: { identifier, link }, writes: { vault } };
}
