import type { MethodName } from '../../config/config.ts';
import type { Message } from '../../kernel/message.ts';
import { say } from '../../kernel/messages.ts';
import { comparedText, decode } from '../decode.ts';
import type { Body, Strategy } from '../strategy.ts';
import { createTypedFactor, nothingTyped, type TypedFactorParts } from '../typed-factor.ts';
import { asCompared, type CodeKeeping, TYPE, useCode } from './stored-codes.ts';

export interface LookupSecretLoginParts extends TypedFactorParts {
  /** What the registry calls the method. */
  readonly name: MethodName;
  readonly keeping: CodeKeeping;
}

/** Adds a backup code to a session, as its second factor. Each code is used once. */
export const createLookupSecretLogin = ({ name, keeping, ...parts }: LookupSecretLoginParts): Strategy =>
  createTypedFactor(
    {
      name,
      type: TYPE,
      field: TYPE,
      labels: { field: say(1010007), button: say(1010010) },
      absent: say(4000014),
      refusals: [USED.id, UNKNOWN.id],
      codeIn,
      unusable: (code) => (code === '' ? nothingTyped(TYPE) : undefined),
      prove(code, { identity, credential }, now) {
        const to = useCode(credential, code, { owner: identity.id, keeping, now });
        if (to === 'unknown') return Promise.resolve(UNKNOWN);
        return Promise.resolve(to === 'used' ? USED : { type: TYPE, message: USED, from: credential, to });
      },
    },
    parts,
  );

const USED: Message = say(4000012);
const UNKNOWN: Message = say(4000016);

const codeIn = (body: Body): string => asCompared(comparedText(decode(body, [{ name: TYPE, type: 'string' }]), TYPE));
