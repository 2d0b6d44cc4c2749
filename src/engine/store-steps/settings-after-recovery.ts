import type { FlowRow } from '../../flow/flow.ts';
import { must } from '../../kernel/error.ts';
import { moment, say } from '../../kernel/messages.ts';
import { rowFor } from '../run/begin.ts';
import { returnToOf } from '../view/return-to.ts';
import type { Runner } from '../parts.ts';
import type { Submission } from '../run/submission.ts';
import { advance, freeze, start } from '../machine/snapshot.ts';

/** Where a recovery ends: a settings flow of the person who is signed in now, open for a new password. */
export function settingsAfterRecovery(runner: Runner, { row, requester, issued, identity }: Submission): FlowRow {
  const { config, clock } = runner;
  const flow = must(runner.flows.get('settings'), 'Machine of settings');
  const { session } = must(issued, 'The session of the recovery');
  const until = session.authenticatedAt + config.flows.settings.privilegedSessionMaxAge;
  const context = {
    privilegedSessionExpiresAt: new Date(until).toISOString(),
    ...moment('privileged_session_expires_at', until),
  };
  const at = advance(flow, start(flow), { type: 'open.known', messages: [say(1060001, context)] });
  // The flow's own address, as the wire has it: `return_to` is what the settings flow inherits.
  const own = new URL(`${config.serve.public.baseUrl}/self-service/recovery?flow=${row.id}`);
  const onwards = returnToOf(row.requestUrl) ?? config.flows.recovery.returnUrl;
  if (onwards !== undefined) own.searchParams.set('return_to', onwards);
  const opened = rowFor(runner, flow, {
    kind: 'settings',
    type: row.type,
    requestUrl: own.href,
    csrf: row.type === 'browser' ? requester.nextCsrf : '',
    opening: 'open.known',
    requester,
    identityId: identity?.id,
    sessionId: session.id,
  });
  return { ...opened, ...freeze(at), issuedAt: clock.now() };
}
