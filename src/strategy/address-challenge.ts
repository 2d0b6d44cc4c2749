import type { TemplateType } from '../courier/message.ts';
import type { Identity, IdentityReads } from '../identity/identity.ts';
import type { Channel } from '../kernel/draft.ts';
import type { FlowId, SessionId } from '../kernel/id.ts';
import { say, type MessageNumber } from '../kernel/messages.ts';
import type { Random } from '../kernel/random.ts';
import { draftOf } from './draft.ts';
import type { Mailing } from './mailing.ts';
import type { Attempt, PreparedWrites, AttemptContext } from './strategy.ts';

/** What asking for a proof of an address by code and by link have in common. */
export interface MailedParts {
  readonly identities: IdentityReads;
  readonly mailing: Mailing;
  readonly random: Pick<Random, 'uuid'>;
  readonly settings: {
    /** Milliseconds. */
    readonly lifespan: number;
    readonly notifyUnknown: boolean;
  };
}

export interface MailedKind {
  readonly flow: 'verification' | 'recovery';
  readonly templates: { readonly known: TemplateType; readonly unknown: TemplateType };
  readonly sent: MessageNumber;
}

/** Whose address counts. */
export const roleOf = ({ flow }: Pick<MailedKind, 'flow'>): 'recovery' | 'verifiable' =>
  flow === 'recovery' ? 'recovery' : 'verifiable';

/** Sends a code or link to an address: the same answer and the same work whoever has it. */
export async function sendProof(
  kind: MailedKind & { readonly purpose: Parameters<Mailing['code']>[0] },
  { identities, mailing, settings }: MailedParts,
  method: 'code' | 'link',
  to: { readonly via: Channel; readonly value: string },
  at: AttemptContext,
): Promise<Attempt> {
  const identity = await identities.findByAddress(roleOf(kind), to.via, to.value);
  const asked = { ...at, flowId: at.flowId as FlowId, to, identity, lifespan: settings.lifespan }; // of the row
  const { secret, mail } =
    identity === undefined
      ? mailing.nobody(kind.purpose, kind.templates, asked, settings.notifyUnknown)
      : mailing[method](kind.purpose, kind.templates.known, asked);
  return {
    kind: 'challenge',
    page: 'sent',
    draft: undefined,
    identity,
    values: { [to.via]: to.value, method },
    messages: [say(kind.sent)],
    writes: { secrets: [secret], mails: [mail] },
  };
}

/** The address is proved; a recovery signs its person in by it. */
export function acceptProof(
  { flow }: Pick<MailedKind, 'flow'>,
  { random }: Pick<MailedParts, 'random'>,
  method: 'code' | 'link',
  identity: Identity,
  uses: NonNullable<PreparedWrites['uses']>,
  at: AttemptContext,
): Attempt {
  const session = flow === 'recovery' ? { id: random.uuid() as SessionId } : undefined; // fresh from the generator
  return {
    kind: 'accept',
    values: at.values,
    identity,
    draft: draftOf(identity, session),
    writes: { uses, proof: { method: `${method}_recovery`, aal: 'aal1', completedAt: at.now } },
  };
}
