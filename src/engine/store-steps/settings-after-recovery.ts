import { must } from '../../kernel/error.ts';
import { moment, say } from '../../kernel/messages.ts';
import { openAt } from './open-at.ts';
import { shownReturnTo } from '../view/return-to.ts';
import { done, type StoreStepRun } from './write-context.ts';

/** Where a recovery ends: a settings flow of the account that is signed in now, open for a new password. */
export const openSettings: StoreStepRun = async ({ parts, request, unit }, _at, written) => {
  const { config } = parts;
  const { row, requester } = request;
  const { session } = must(written.issued, 'The session of the recovery');
  const until = session.authenticatedAt + config.flows.settings.privilegedSessionMaxAge;
  const context = {
    privilegedSessionExpiresAt: new Date(until).toISOString(),
    ...moment('privileged_session_expires_at', until),
  };
  // The flow's own address, as the wire has it: `return_to` is what the settings flow inherits.
  const own = new URL(`${config.serve.public.baseUrl}/self-service/recovery?flow=${row.id}`);
  const onwards = shownReturnTo(parts, row) ?? config.flows.recovery.returnUrl;
  if (onwards !== undefined) own.searchParams.set('return_to', onwards);
  const settingsFlow = openAt(parts, {
    kind: 'settings',
    type: row.type,
    requestUrl: own.href,
    csrf: row.type === 'browser' ? requester.nextCsrf : '',
    opening: 'open.known',
    requester,
    identityId: written.identity?.id,
    sessionId: session.id,
    messages: [say(1060001, context)],
  });
  await unit.flows.insert(settingsFlow);
  return done({ ...written, settingsFlow });
};
