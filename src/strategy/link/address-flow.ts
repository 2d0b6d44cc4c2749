import type { TemplateType } from '../../courier/message.ts';
import { input, type Node } from '../../flow/json.ts';
import type { IdentityReads } from '../../identity/identity.ts';
import type { FlowId, SessionId } from '../../kernel/id.ts';
import { say, type MessageNumber } from '../../kernel/messages.ts';
import type { Random } from '../../kernel/random.ts';
import type { SecretReads } from '../../secret/secret.ts';
import { readAddress } from '../address.ts';
import { decode, textOf } from '../decode.ts';
import { draftOf } from '../draft.ts';
import type { Mailing } from '../mailing.ts';
import { provenPerson } from '../proven-person.ts';
import type { Attempt, Body, Standing, Strategy, View } from '../strategy.ts';

export interface LinkParts {
  readonly identities: IdentityReads;
  readonly secrets: SecretReads;
  readonly mailing: Mailing;
  readonly random: Pick<Random, 'uuid'>;
  hashToken(token: string): string;
  readonly settings: {
    /** Milliseconds. */
    readonly lifespan: number;
    readonly notifyUnknown: boolean;
  };
}

/** What verification and recovery by link differ in. */
export interface LinkKind {
  readonly flow: 'verification' | 'recovery';
  readonly purpose: 'verification_link' | 'recovery_link';
  readonly templates: { readonly known: TemplateType; readonly unknown: TemplateType };
  readonly sent: MessageNumber;
  readonly invalid: 4070001 | 4060004;
  readonly expired: 4070005 | 4060005;
}

/** An address is asked for, a link goes to it, whoever opens the link has proved it. */
export function createAddressLink(kind: LinkKind, parts: LinkParts): Strategy {
  const { identities, secrets, mailing, random, settings } = parts;
  const role = kind.flow === 'recovery' ? 'recovery' : 'verifiable';

  async function attempt(body: Body, at: Standing): Promise<Attempt> {
    return at.returned ? await prove(body, at) : await ask(body, at);
  }

  async function ask(body: Body, at: Standing): Promise<Attempt> {
    const address = readAddress(body);
    if ('wrong' in address) return { kind: 'reject', values: { email: address.typed }, messages: [address.wrong] };
    const to = { via: 'email', value: address.value } as const;
    const identity = await identities.findByAddress(role, to.via, to.value);
    const asked = { ...at, flowId: at.flowId as FlowId, to, identity, lifespan: settings.lifespan };
    const { secret, mail } =
      identity === undefined
        ? mailing.nobody(kind.purpose, kind.templates, asked, settings.notifyUnknown)
        : mailing.link(kind.purpose, kind.templates.known, asked);
    return {
      kind: 'challenge',
      page: 'sent',
      draft: undefined,
      identity,
      values: { email: address.value, method: 'link' },
      messages: [say(kind.sent)],
      sealed: { secrets: [secret], mails: [mail] },
    };
  }

  async function prove(body: Body, at: Standing): Promise<Attempt> {
    const token = textOf(decode(body, [{ name: 'token', type: 'string' }]), 'token') ?? '';
    const invalid = say(kind.invalid);
    const digests = [parts.hashToken(token)];
    const found = await secrets.find(at.flowId as FlowId, kind.purpose, digests);
    if (found !== undefined && found.usedAt === undefined && found.expiresAt <= at.now) {
      const over = new Date(found.expiresAt);
      const context = { expired_at: over.toISOString(), expired_at_unix: Math.floor(found.expiresAt / 1_000) };
      return { kind: 'restart', messages: [say(kind.expired, context)] };
    }
    const identity = await provenPerson(identities, found, role, at.now);
    if (identity === undefined) return { kind: 'restart', messages: [invalid] };
    const session = kind.flow === 'recovery' ? { id: random.uuid() as SessionId } : undefined; // fresh from the generator
    return {
      kind: 'accept',
      values: at.values,
      identity,
      draft: draftOf(identity, session),
      sealed: {
        uses: { purpose: kind.purpose, digests, message: invalid },
        proof: { method: 'link_recovery', aal: 'aal1', completedAt: at.now },
      },
    };
  }

  function nodes({ values }: View): readonly Node[] {
    const { email } = values;
    return [
      input('link', 'email', 'email', {
        ...(typeof email === 'string' && { value: email }),
        required: true,
        label: say(1070007),
      }),
      input('link', 'method', 'submit', { value: 'link', label: say(1070009) }),
    ];
  }

  return {
    method: 'link',
    flow: kind.flow,
    pages: ['address', 'sent'],
    claims: (method) => method === 'link',
    guards: () => [],
    nodes,
    attempt,
  };
}
