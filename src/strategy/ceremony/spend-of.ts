import { authenticatorHash } from '../../identity/authenticators.ts';
import type { Credential } from '../../identity/identity.ts';
import type { Json } from '../../kernel/json.ts';
import type { Message } from '../../kernel/message.ts';
import type { Spend } from '../strategy.ts';
import { bytesOfKey, withUse } from './stored-key.ts';
import type { Asserted } from './verify-assertion.ts';

/**
 * What an assertion uses up, for the submit's transaction: the count of its key goes on, and the credential says what the key said
 * of itself. `message`: where another submit has counted further meanwhile (security WA-3).
 */
export function spendOf(
  credential: Credential,
  asserted: Asserted,
  { message, now }: { readonly message: Message; readonly now: number },
): Spend {
  const { type, config } = credential;
  const { key, signCount } = asserted;
  const keys = Array.isArray(config['credentials']) ? (config['credentials'] as readonly Json[]) : [];
  const credentials = keys.map((each) =>
    bytesOfKey(each)?.equals(key.id) === true ? withUse(key, asserted, now) : each,
  );
  return {
    type,
    message,
    from: credential,
    to: { ...config, credentials },
    use: { type, idHash: authenticatorHash(key.id), signCount, at: now },
  };
}
