import type { MethodName } from '../../config/config.ts';
import { input, type Node } from '../../flow/json.ts';
import type { Identity, IdentityReads } from '../../identity/identity.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Message } from '../../kernel/message.ts';
import { say } from '../../kernel/messages.ts';
import type { Ids } from '../../kernel/random.ts';
import { comparedText, decode } from '../decode.ts';
import { loginDraft } from '../draft.ts';
import { factorTries } from '../factor-tries.ts';
import type { Attempt, AttemptContext, Body, Strategy, View } from '../strategy.ts';
import { asCompared, type CodeKeeping, TYPE, useCode } from './stored-codes.ts';

export interface LookupSecretLoginParts {
  /** What the registry calls the method. */
  readonly name: MethodName;
  readonly identities: Pick<IdentityReads, 'credentials'>;
  readonly keeping: CodeKeeping;
  readonly clock: Clock;
  readonly random: Ids;
}

/** Adds a backup code to a session, as its second factor. Each code is used once. */
export function createLookupSecretLogin({
  name,
  identities,
  keeping,
  clock,
  random,
}: LookupSecretLoginParts): Strategy {
  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    const { identity } = at;
    const code = codeIn(body);
    if (code === '') return refused(identity, say(4000002, { property: TYPE }, TYPE));
    const credential = identity && (await identities.credentials(identity.id)).find(({ type }) => type === TYPE);
    if (identity === undefined || credential === undefined) return refused(identity, say(4000014));
    const now = clock.now();
    const to = useCode(credential, code, { owner: identity.id, keeping, now });
    if (to === 'unknown') return refused(identity, say(4000016));
    if (to === 'used') return refused(identity, USED);
    return {
      kind: 'accept',
      identity,
      draft: loginDraft(identity, at, random),
      writes: {
        proof: { method: name, aal: 'aal2', completedAt: now },
        spend: { type: TYPE, message: USED, from: credential, to },
      },
    };
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

const USED: Message = say(4000012);

const refused = (identity: Identity | undefined, message: Message): Attempt => ({
  kind: 'reject',
  values: {},
  messages: [message],
  identity: identity?.id,
});

const codeIn = (body: Body): string => asCompared(comparedText(decode(body, [{ name: TYPE, type: 'string' }]), TYPE));

function isGuess(body: Body): boolean {
  try {
    return codeIn(body) !== '';
  } catch {
    return false; // `attempt` refuses it, and compares nothing
  }
}

const OWN: ReadonlySet<number> = new Set([4000012, 4000014, 4000016]);

function nodes(name: MethodName, { owned, messages }: View): readonly Node[] {
  if (owned[TYPE] === undefined) return [];
  // As in the reference, a refused field has no value.
  const refusedBefore = messages.some(({ id, at }) => OWN.has(id) || at === TYPE);
  return [
    input('lookup_secret', TYPE, 'text', {
      ...(!refusedBefore && { value: '' }),
      required: true,
      label: say(1010007),
    }),
    input('lookup_secret', 'method', 'submit', { value: name, label: say(1010010) }),
  ];
}
