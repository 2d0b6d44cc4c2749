import type { MethodName } from '../../config/config.ts';
import type { Credential, Identity } from '../../identity/identity.ts';
import type { Message } from '../../kernel/message.ts';
import { say } from '../../kernel/messages.ts';
import type { CredentialSealing } from '../credential-sealing.ts';
import type { Strategy } from '../strategy.ts';
import { createTypedFactor, nothingTyped, type TypedFactorParts } from '../typed-factor.ts';
import { codeIn } from './code-field.ts';
import { CODE_LENGTH, stepOf } from './one-time-password.ts';
import { TYPE, uriOf } from './stored-uri.ts';

export interface TotpLoginParts extends TypedFactorParts {
  /** What the registry calls the method. */
  readonly name: MethodName;
  readonly sealing: CredentialSealing;
  /** A stored key that does not open. */
  unreadable(identity: Identity): void;
}

/** Adds a one-time password of an authenticator app to a session, as its second factor (RFC 6238). */
export const createTotpLogin = (parts: TotpLoginParts): Strategy =>
  createTypedFactor(
    {
      name: parts.name,
      type: TYPE,
      field: FIELD,
      labels: { field: say(1010006), button: say(1010009) },
      absent: say(4000011),
      refusals: [WRONG.id],
      codeIn,
      unusable,
      async prove(code, { identity, credential }, now) {
        const step = await provedStep(parts, { identity, credential }, code, now);
        return step === undefined ? WRONG : { type: TYPE, step, message: WRONG };
      },
    },
    parts,
  );

const FIELD = 'totp_code';
const WRONG: Message = say(4000008);

/** The step of a right code that was not used before; the write step compares it once more. */
async function provedStep(
  { sealing, unreadable }: TotpLoginParts,
  { identity, credential }: { readonly identity: Identity; readonly credential: Credential },
  code: string,
  now: number,
): Promise<number | undefined> {
  const uri = uriOf(credential, identity.id, sealing);
  if (uri === undefined) unreadable(identity);
  const step = await stepOf(uri ?? '', code, now);
  return step !== undefined && step > (credential.lastStep ?? -Infinity) ? step : undefined;
}

function unusable(code: string): Message | undefined {
  if (code === '') return nothingTyped(FIELD);
  const { length } = [...code];
  return length < CODE_LENGTH ? say(4000003, { actual_length: length, min_length: CODE_LENGTH }, FIELD) : undefined;
}
