import { PLUGIN_REQUEST, type Mail } from '../../courier/message.ts';
import type { PluginMail, PluginRequest, Writes } from '../../hook/define.ts';
import { boundedWrites, type Spent } from '../../hook/write-limits.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Draft } from '../../kernel/draft.ts';
import { must, SallyportError } from '../../kernel/error.ts';
import type { FlowId } from '../../kernel/id.ts';
import type { Json } from '../../kernel/json.ts';
import { takesMail } from '../../kernel/mail-address.ts';
import { standIn } from '../../strategy/mailing.ts';
import type { WrittenValues } from '../values.ts';
import { hookView } from '../view/hook-view.ts';
import { issueSession } from './session.ts';
import { startVerification } from './start-verification.ts';
import type { WriteContext } from './write-context.ts';
import type { Position } from '../machine/compiled-flow.ts';

/** Bytes of JSON. */
const NOTE_LIMIT = 4_096;

/**
 * What one call of a write hook may do, bound to the open transaction and to this flow's identity; `written` tells what
 * the call has made of the values, `full` that it asked for a session more than the account may have. A logout has no draft.
 */
export function hookWriteApi(
  context: WriteContext,
  at: Position,
  before: WrittenValues,
  plugin: string,
): { readonly reach: Writes; written(): WrittenValues; full(): boolean } {
  const { parts, request, unit } = context;
  const { row, requester } = request;
  const draft = at.context.draft ?? undefined;
  // Belongs to this call: when the transaction is undone nobody reads it again.
  let written = before;
  let full = false;
  const identity = () => must(written.identity, 'The identity of the flow');
  // The owner of a taken address gets one message of its own; nothing reports a registration that stored no account.
  const queue = async (mail: Mail): Promise<void> => {
    await unit.outbox.put(parts.render(written.hiddenDuplicate ? standIn(mail) : mail));
    written = { ...written, mailed: written.mailed || !written.hiddenDuplicate };
  };
  const reach: Writes = {
    sessions: {
      async issue() {
        if (written.issued !== undefined) return;
        if (draft?.session === undefined) {
          const cause = new Error(`${plugin} asked for a session, and a ${row.kind} flow issues none.`);
          throw new SallyportError('hook_failed', 'A hook failed.', { cause });
        }
        const next = await withSession(context, written, draft);
        if (next === 'full') full = true;
        else written = next;
      },
      async revokeOthers() {
        const { session } = requester;
        const keeps = session?.identity.id === identity().id && row.kind === 'settings';
        await unit.sessions.revokeOthers(identity().id, keeps ? session.session.id : draft?.session?.id);
      },
    },
    verification: {
      async start(which = 'first') {
        const { started, values } = await startVerification(context, written, which);
        written = values;
        return started;
      },
    },
    outbox: outboxApi(row.id, () => written.identity, queue),
    flow: () => hookView(parts, request, at, written.identity),
    notes: {
      async set(key: string, value: Json) {
        if (JSON.stringify(value).length > NOTE_LIMIT)
          throw new Error(`The note ${key} is longer than ${NOTE_LIMIT} bytes.`);
        if (!written.hiddenDuplicate) await unit.setNote(identity().id, plugin, key, value);
      },
    },
  };
  const spending = {
    spent: () => written.spent,
    keep: (spent: Spent) => void (written = { ...written, spent }),
  };
  return { reach: boundedWrites(reach, spending), written: () => written, full: () => full };
}

/** What a hook may send: to the flow's identity, and to an address of its own. */
function outboxApi(
  flowId: FlowId,
  identity: () => Identity | undefined,
  queue: (mail: Mail) => Promise<void>,
): Writes['outbox'] {
  return {
    async put(mail: PluginMail) {
      const { id, verifiableAddresses, recoveryAddresses } = must(identity(), 'The identity of the flow');
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
        flowId,
      });
    },
    async request({ url, method, headers = {}, body = '' }: PluginRequest) {
      await queue({
        type: 'http',
        channel: 'http',
        recipient: url,
        template: PLUGIN_REQUEST,
        data: { method, headers, body },
        usefulUntil: undefined,
        identityId: identity()?.id,
        flowId,
      });
    },
  };
}

/** An account that a hook before the commit switched off is stored so, and nobody is signed in. */
async function withSession(
  context: WriteContext,
  written: WrittenValues,
  draft: Draft,
): Promise<WrittenValues | 'full'> {
  if (written.identity?.state !== 'active') return { ...written, switchedOff: true };
  const issued = await issueSession(context, written, draft);
  if (issued === 'stale') throw new SallyportError('conflict', 'The account was changed at the same time.');
  return issued === 'full' ? 'full' : { ...written, issued };
}
