import type { FlowRow } from '../../flow/flow.ts';
import { must } from '../../kernel/error.ts';
import { moment, say } from '../../kernel/messages.ts';
import type { Message } from '../../kernel/message.ts';
import type { WriteParts } from '../parts.ts';
import type { FlowRequest, Written, WrittenValues } from '../values.ts';
import { shownReturnTo } from '../view/return-to.ts';
import { openAt } from './open-at.ts';
import { done, type StoreStepRun, type WriteContext } from './write-context.ts';

/** Where a recovery ends: a settings flow of the account that is signed in now, open for a new password. */
export const openSettings: StoreStepRun = async (context, _at, written) => {
  const { parts, request, unit } = context;
  const { config } = parts;
  const { session } = must(written.issued, 'The session of the recovery');
  const until = session.authenticatedAt + config.flows.settings.privilegedSessionMaxAge;
  const recovered = say(1060001, {
    privilegedSessionExpiresAt: new Date(until).toISOString(),
    ...moment('privileged_session_expires_at', until),
  });
  const onwards = shownReturnTo(parts, request.row) ?? config.flows.recovery.returnUrl;
  const settingsFlow = settingsFlowOf(parts, request, written, [recovered, ...voidedMessage(written)], onwards);
  await unit.flows.insert(settingsFlow);
  return done({ ...written, settingsFlow });
};

/** Whoever signs in by the first proof of an account, and has no way in that they know of, is led to the settings too. */
export async function openSettingsIfVoided(
  { parts, request, unit }: Pick<WriteContext, 'parts' | 'request' | 'unit'>,
  { values: written }: Written,
): Promise<FlowRow | undefined> {
  const messages = voidedMessage(written);
  if (request.row.kind !== 'login' || written.issued === undefined || messages.length === 0)
    return written.settingsFlow;
  const settingsFlow = settingsFlowOf(parts, request, written, messages, shownReturnTo(parts, request.row));
  await unit.flows.insert(settingsFlow);
  return settingsFlow;
}

const voidedMessage = ({ claimed }: WrittenValues): readonly Message[] =>
  claimed === undefined || claimed.voided.length === 0 ? [] : [say(1900003, { voided: claimed.voided })];

function settingsFlowOf(
  parts: WriteParts,
  { row, requester }: FlowRequest,
  { issued, identity }: WrittenValues,
  messages: readonly Message[],
  onwards: string | undefined,
): FlowRow {
  // The flow's own address, as the wire has it: `return_to` is what the settings flow inherits.
  const own = new URL(`${parts.config.serve.public.baseUrl}/self-service/${row.kind}?flow=${row.id}`);
  if (onwards !== undefined) own.searchParams.set('return_to', onwards);
  return openAt(parts, {
    kind: 'settings',
    type: row.type,
    requestUrl: own.href,
    csrf: row.type === 'browser' ? requester.nextCsrf : '',
    opening: 'open.known',
    requester,
    identityId: identity?.id,
    sessionId: must(issued, 'The session that was issued').session.id,
    messages,
  });
}
