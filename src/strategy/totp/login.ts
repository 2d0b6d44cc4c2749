import type { MethodName } from '../../config/config.ts';
import { input, type Node } from '../../flow/json.ts';
import type { Credential, Identity, IdentityReads } from '../../identity/identity.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Message } from '../../kernel/message.ts';
import { say } from '../../kernel/messages.ts';
import type { Ids } from '../../kernel/random.ts';
import type { CredentialSealing } from '../credential-sealing.ts';
import { loginDraft } from '../draft.ts';
import { factorTries } from '../factor-tries.ts';
import type { Attempt, AttemptContext, Body, Strategy, View } from '../strategy.ts';
import { codeIn } from './code-field.ts';
import { CODE_LENGTH, stepOf } from './one-time-password.ts';
import { TYPE, uriOf } from './stored-uri.ts';

export interface TotpLoginParts {
  /** What the registry calls the method. */
  readonly name: MethodName;
  readonly identities: Pick<IdentityReads, 'credentials'>;
  readonly sealing: CredentialSealing;
  readonly clock: Clock;
  readonly random: Ids;
  /** A stored key that does not open. */
  unreadable(identity: Identity): void;
}

/** Adds a one-time password of an authenticator app to a session, as its second factor (RFC 6238). */
export function createTotpLogin({ name, identities, sealing, clock, random, unreadable }: TotpLoginParts): Strategy {
  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    const code = codeIn(body);
    const unusable = unusableCode(code);
    if (unusable !== undefined) return refused(at.identity, unusable);
    const { identity } = at;
    const credential = identity && (await identities.credentials(identity.id)).find(({ type }) => type === TYPE);
    if (identity === undefined || credential === undefined) return refused(identity, say(4000011));
    const step = await provedStep(identity, credential, code);
    if (step === undefined) return refused(identity, WRONG);
    return {
      kind: 'accept',
      identity,
      draft: loginDraft(identity, at, random),
      writes: {
        proof: { method: name, aal: 'aal2', completedAt: clock.now() },
        spend: { type: TYPE, step, message: WRONG },
      },
    };
  }

  /** The step of a right code that was not used before; the write step compares it once more. */
  async function provedStep(identity: Identity, credential: Credential, code: string): Promise<number | undefined> {
    const uri = uriOf(credential, identity.id, sealing);
    if (uri === undefined) unreadable(identity);
    const step = await stepOf(uri ?? '', code, clock.now());
    return step !== undefined && step > (credential.lastStep ?? -Infinity) ? step : undefined;
  }

  return {
    method: name,
    flow: 'login',
    factor: 'second',
    pages: ['second', 'confirm'],
    claims: (method) => method === name,
    guards: (body, about) => (isGuess(body) ? factorTries(about) : []),
    nodes: (view) => nodes(name, view),
    attempt,
  };
}

const WRONG: Message = say(4000008);

const refused = (identity: Identity | undefined, message: Message): Attempt => ({
  kind: 'reject',
  values: {},
  messages: [message],
  identity: identity?.id,
});

/** What is wrong with a text that cannot be a code, before anything is compared. */
function unusableCode(code: string): Message | undefined {
  if (code === '') return say(4000002, { property: 'totp_code' }, 'totp_code');
  const { length } = [...code];
  return length < CODE_LENGTH
    ? say(4000003, { actual_length: length, min_length: CODE_LENGTH }, 'totp_code')
    : undefined;
}

function isGuess(body: Body): boolean {
  try {
    return unusableCode(codeIn(body)) === undefined;
  } catch {
    return false; // `attempt` refuses it, and compares nothing
  }
}

const OWN: ReadonlySet<number> = new Set([4000008, 4000011]);

function nodes(name: MethodName, { owned, messages }: View): readonly Node[] {
  if (owned[TYPE] === undefined) return [];
  // As in the reference, a refused field has no value.
  const refusedBefore = messages.some(({ id, at }) => OWN.has(id) || at === 'totp_code');
  return [
    input('totp', 'totp_code', 'text', {
      ...(!refusedBefore && { value: '' }),
      required: true,
      label: say(1010006),
    }),
    input('totp', 'method', 'submit', { value: name, label: say(1010009) }),
  ];
}
