import type { Taken } from '../../identity/identity.ts';
import type { Identifier } from '../../kernel/id.ts';
import type { Message } from '../../kernel/message.ts';
import { say } from '../../kernel/messages.ts';
import type { Unit } from '../../store/store.ts';
import type { Runner } from '../parts.ts';

const HINTED: ReadonlySet<string> = new Set(['password', 'code', 'oidc', 'webauthn', 'passkey']);

/** Says that the identifier is taken; hints how its account signs in only where `login_hints` is on. */
export async function identifierTakenMessage(
  { config }: Pick<Runner, 'config'>,
  { value }: Taken,
  unit: Unit,
): Promise<Message> {
  if (!config.flows.registration.loginHints || config.enumerationMitigation) return say(4000007);
  const owner = await unit.identities.whoHas([value as Identifier]); // as it stands in the index
  const credentials = owner === undefined ? [] : await unit.identities.credentials(owner.id);
  const usable = credentials.filter(({ type, config: stored }) => HINTED.has(type) && Object.keys(stored).length > 0);
  const providers = credentials
    .filter(({ type }) => type === 'oidc')
    .flatMap(({ identifiers }) => identifiers.map((each) => each.split(':', 1)[0] ?? ''));
  return say(4000028, {
    available_credential_types: usable.map(({ type }) => type).sort(),
    available_oidc_providers: [...new Set(providers)].sort(),
    credential_identifier_hint: value,
  });
}
