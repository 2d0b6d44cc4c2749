import type { MethodName } from '../config/config.ts';
import type { TemplateType } from '../courier/message.ts';
import type { Identity, IdentityReads } from '../identity/identity.ts';
import type { Channel } from '../kernel/draft.ts';
import type { SessionId } from '../kernel/id.ts';
import { say, type MessageNumber } from '../kernel/messages.ts';
import type { Ids } from '../kernel/random.ts';
import { draftOf } from './draft.ts';
import type { Mailing } from './mailing.ts';
import type { MethodSettings } from '../config/config.ts';
import type { Configured } from './method.ts';
import type { Attempt, PreparedWrites, AttemptContext } from './strategy.ts';

/** What the methods need that prove an address by a message. */
export interface MailedParts {
  /** What the registry calls the method. */
  readonly name: MethodName;
  readonly identities: IdentityReads;
  readonly mailing: Mailing;
  readonly random: Ids;
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

/** The flows in which a method sends its message: `use` names it, and administrators may hand out any that is on. */
export const mailFlows = ({
  name,
  settings,
  config: { flows },
}: Configured<MethodSettings>): readonly MailedKind['flow'][] => [
  ...(flows.verification.use === name ? (['verification'] as const) : []),
  ...(flows.recovery.use === name || settings.enabled ? (['recovery'] as const) : []),
];

/** The flows whose secrets a method takes: those that it mails for, and those that an earlier configuration mailed it for. */
export const takenFlows = (about: Configured<MethodSettings>): readonly MailedKind['flow'][] =>
  about.settings.enabled ? ['verification', 'recovery'] : mailFlows(about);

/** Which addresses of an account a flow looks at. */
const roleOf = ({ flow }: Pick<MailedKind, 'flow'>): 'recovery' | 'verifiable' =>
  flow === 'recovery' ? 'recovery' : 'verifiable';

/** True for an account that has the address for the flow. */
export const holdsAddress =
  (kind: Pick<MailedKind, 'flow'>) =>
  ({ recoveryAddresses, verifiableAddresses }: Identity, address: string): boolean =>
    (roleOf(kind) === 'recovery' ? recoveryAddresses : verifiableAddresses).some(({ value }) => value === address);

/** Sends a secret to an address: the same answer and the same work whether an account has the address or not. */
export async function sendProof(
  kind: MailedKind & { readonly purpose: Parameters<Mailing['code']>[0] },
  { name, identities, mailing, settings }: MailedParts,
  issue: Mailing['code' | 'link'],
  to: { readonly via: Channel; readonly value: string },
  at: AttemptContext,
): Promise<Attempt> {
  const identity = await identities.findByAddress(roleOf(kind), to.via, to.value);
  const asked = { ...at, to, identity, lifespan: settings.lifespan };
  const { secret, mail } =
    identity === undefined
      ? mailing.nobody(kind.purpose, kind.templates, asked, settings.notifyUnknown)
      : issue(kind.purpose, kind.templates.known, asked);
  return {
    kind: 'challenge',
    page: 'sent',
    draft: undefined,
    identity,
    values: { [to.via]: to.value, method: name },
    messages: [say(kind.sent)],
    writes: { secrets: [secret], mails: [mail] },
  };
}

/** Accepts the proof of an address; a recovery signs its person in by it. */
export function acceptProof(
  { flow }: Pick<MailedKind, 'flow'>,
  { name, random }: Pick<MailedParts, 'name' | 'random'>,
  identity: Identity,
  uses: NonNullable<PreparedWrites['uses']>,
  at: AttemptContext,
): Attempt {
  const session = flow === 'recovery' ? { id: random.uuidAt(at.now) as SessionId } : undefined; // fresh from the generator
  return {
    kind: 'accept',
    values: at.values,
    identity,
    draft: draftOf(identity, session),
    writes: { uses, proof: { method: `${name}_recovery`, aal: 'aal1', completedAt: at.now } },
  };
}
