import type { MethodName } from '../config/config.ts';
import { input, type Node } from '../flow/json.ts';
import type { Credential, CredentialType, Identity, IdentityReads } from '../identity/identity.ts';
import type { Message } from '../kernel/message.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ids } from '../kernel/random.ts';
import { say } from '../kernel/messages.ts';
import { loginDraft } from './draft.ts';
import { factorTries } from './factor-tries.ts';
import { findCredential } from './find-credential.ts';
import type { Attempt, AttemptContext, Body, Spend, Strategy, View } from './strategy.ts';

/** A second factor that is typed into one field. */
export interface TypedFactor {
  /** What the registry calls the method. */
  readonly name: MethodName;
  /** Of its credential, and the group of its nodes. */
  readonly type: CredentialType;
  readonly field: string;
  readonly labels: { readonly field: Message; readonly button: Message };
  /** Says that the person has none. */
  readonly absent: Message;
  /** The numbers of what `prove` says. */
  readonly refusals: readonly number[];
  /** What was typed, as it is compared. Throws for what no honest client sends. */
  codeIn(body: Body): string;
  /** What is wrong with a text that cannot be a code, before anything is compared. */
  unusable(code: string): Message | undefined;
  /** What the code uses up; or why it proves nothing. `now`: milliseconds. */
  prove(
    code: string,
    of: { readonly identity: Identity; readonly credential: Credential },
    now: number,
  ): Promise<Spend | Message>;
}

export interface TypedFactorParts {
  readonly identities: Pick<IdentityReads, 'credentials'>;
  readonly clock: Clock;
  readonly random: Ids;
}

/** Adds what is typed to a session, as its second factor. Tries of all factors are counted together, before anything is compared. */
export function createTypedFactor(factor: TypedFactor, { identities, clock, random }: TypedFactorParts): Strategy {
  const { name, type, codeIn, unusable } = factor;

  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    const { identity } = at;
    const code = codeIn(body);
    const wrong = unusable(code);
    if (wrong !== undefined) return refused(identity, wrong);
    const credential = identity && (await findCredential(identities, identity, type));
    if (identity === undefined || credential === undefined) return refused(identity, factor.absent);
    const now = clock.now();
    const proved = await factor.prove(code, { identity, credential }, now);
    if ('text' in proved) return refused(identity, proved);
    return {
      kind: 'accept',
      identity,
      draft: loginDraft(identity, at, random),
      writes: { proof: { method: name, aal: 'aal2', completedAt: now }, spend: proved },
    };
  }

  const isGuess = (body: Body): boolean => {
    try {
      return unusable(codeIn(body)) === undefined;
    } catch {
      return false; // `attempt` refuses it, and compares nothing
    }
  };

  return {
    method: name,
    flow: 'login',
    factor: 'second',
    pages: ['second', 'confirm'],
    claims: (method) => method === name,
    guards: (body, about) => (isGuess(body) ? factorTries(about) : []),
    nodes: (view) => nodes(factor, view),
    attempt,
  };
}

const refused = (identity: Identity | undefined, message: Message): Attempt => ({
  kind: 'reject',
  values: {},
  messages: [message],
  identity: identity?.id,
});

function nodes({ name, type, field, labels, absent, refusals }: TypedFactor, view: View): readonly Node[] {
  const { owned, messages } = view;
  if (owned[type] === undefined) return [];
  // As in the reference, a refused field has no value.
  const own = new Set([absent.id, ...refusals]);
  const refusedBefore = messages.some(({ id, at }) => own.has(id) || at === field);
  return [
    input(type, field, 'text', { ...(!refusedBefore && { value: '' }), required: true, label: labels.field }),
    input(type, 'method', 'submit', { value: name, label: labels.button }),
  ];
}

/** The field is empty. */
export const nothingTyped = (field: string): Message => say(4000002, { property: field }, field);
