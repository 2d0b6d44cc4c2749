import type { Taken } from '../../identity/identity.ts';
import type { Identifier } from '../../kernel/id.ts';
import type { Message } from '../../kernel/message.ts';
import { say } from '../../kernel/messages.ts';
import type { Unit } from '../../store/store.ts';
import type { Runner } from '../parts.ts';

/** Says that the identifier, or the key, is taken; hints how its account signs in only where `login_hints` is on. */
export async function identifierTakenMessage(
  { config, methods }: Pick<Runner, 'config' | 'methods'>,
  { value, what }: Taken,
  unit: Unit,
): Promise<Message> {
  if (what === 'authenticator') return say(4000001, { reason: 'This security key belongs to another account.' });
  if (!config.flows.registration.loginHints || config.enumerationMitigation) return say(4000007);
  const owner = await unit.identities.whoHas([value as Identifier]); // as it stands in the index
  const credentials = owner === undefined ? [] : await unit.identities.credentials(owner.id);
  const rulesOf = (type: string) => methods.all.find(({ credential }) => credential?.type === type)?.credential;
  const usable = credentials.filter(
    ({ type, config: stored }) => rulesOf(type)?.hinted === true && Object.keys(stored).length > 0,
  );
  const providers = credentials.flatMap(({ type, identifiers }) => rulesOf(type)?.providers?.(identifiers) ?? []);
  return say(4000028, {
    available_credential_types: usable.map(({ type }) => type).sort(),
    available_oidc_providers: [...new Set(providers)].sort(),
    credential_identifier_hint: value,
  });
}
