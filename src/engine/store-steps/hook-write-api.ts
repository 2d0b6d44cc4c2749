import type { Mail } from '../../courier/message.ts';
import type { Draft } from '../../kernel/draft.ts';
import type { PluginMail, PluginRequest, Writes } from '../../hook/define.ts';
import { must, SallyportError } from '../../kernel/error.ts';
import type { Json } from '../../kernel/json.ts';
import { takesMail } from '../../kernel/mail-address.ts';
import type { Unit } from '../../store/store.ts';
import { standIn } from '../../strategy/mailing.ts';
import { flowAsSeen } from '../view/hook-view.ts';
import { issueSession } from './session.ts';
import type { Runner } from '../parts.ts';
import type { Submission } from '../run/submission.ts';
import { startVerification } from './start-verification.ts';

const NOTE_LIMIT = 4_096;

/** What a write hook may do, bound to the open transaction and to this flow's identity. A logout has no draft. */
export function writesOf(
  runner: Runner,
  request: Submission,
  draft: Draft | undefined,
  plugin: string,
  unit: Unit,
): Writes {
  const identity = () => must(request.identity, 'The identity of the flow');
  // The owner of a taken address hears of it once, and nobody is told of a registration that was none.
  const queue = async (mail: Mail): Promise<void> => {
    await unit.outbox.put(runner.render(request.shadow ? standIn(mail) : mail));
    request.mailed ||= !request.shadow;
  };
  return {
    sessions: {
      async issue() {
        if (request.issued !== undefined) return;
        if (draft?.session === undefined) {
          const cause = new Error(`${plugin} asked for a session, and a ${request.row.kind} flow issues none.`);
          throw new SallyportError('hook_failed', 'A hook failed.', { cause });
        }
        if (await issueSession(runner, request, draft, unit))
          throw new SallyportError('conflict', 'The account was changed at the same time.');
      },
      async revokeOthers() {
        const keep =
          request.requester.session?.identity.id === identity().id && request.row.kind === 'settings'
            ? request.requester.session.session.id
            : draft?.session?.id;
        await unit.sessions.revokeOthers(identity().id, keep);
      },
    },
    verification: {
      async start(which = 'first') {
        const started = await startVerification(runner, request, identity(), which, unit);
        request.started = [...request.started, ...started];
        return started;
      },
    },
    outbox: {
      async put(mail: PluginMail) {
        const { id, verifiableAddresses, recoveryAddresses } = identity();
        const address = [...verifiableAddresses, ...recoveryAddresses].find(takesMail);
        if (address === undefined) throw new Error('The identity has no mail address.');
        await queue({
          type: 'email',
          channel: 'email',
          recipient: address.value,
          template: 'plugin',
          data: { subject: mail.subject, text: mail.text, ...(mail.html !== undefined && { html: mail.html }) },
          usefulUntil: undefined,
          identityId: id,
          flowId: request.row.id,
        });
      },
      async request({ url, method, headers = {}, body = '' }: PluginRequest) {
        await queue({
          type: 'http',
          channel: 'http',
          recipient: url,
          template: 'web_hook',
          data: { method, headers, body },
          usefulUntil: undefined,
          identityId: request.identity?.id,
          flowId: request.row.id,
        });
      },
    },
    flow: () => flowAsSeen(runner, request),
    notes: {
      async set(key: string, value: Json) {
        if (JSON.stringify(value).length > NOTE_LIMIT)
          throw new Error(`The note ${key} is longer than ${NOTE_LIMIT} bytes.`);
        if (!request.shadow) await unit.setNote(identity().id, plugin, key, value);
      },
    },
  };
}
