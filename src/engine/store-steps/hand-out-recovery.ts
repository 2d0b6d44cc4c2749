import type { FlowRow } from '../../flow/flow.ts';
import { must } from '../../kernel/error.ts';
import { openAt } from './open-at.ts';
import type { RecoveryHandout, RecoveryRequest } from '../contract.ts';
import type { Runner } from '../parts.ts';

/** Starts a recovery without its `before` hooks: it waits for its code or link, and nothing is mailed. */
export async function handOutRecovery(runner: Runner, request: RecoveryRequest): Promise<RecoveryHandout> {
  const { method, identity, type, requestUrl, requester } = request;
  const { challenges, clock, store, events } = runner;
  const challenge = must(challenges.get(method), `The method ${method}`);
  const { lifespan = challenge.lifespan } = request;
  const opened = openAt(runner, {
    kind: 'recovery',
    type,
    requestUrl,
    csrf: '',
    opening: 'open.sent',
    requester,
    identityId: identity.id,
    values: { method },
  });
  const now = clock.now();
  const row: FlowRow = { ...opened, expiresAt: Math.max(opened.expiresAt, now + lifespan) };
  const to = { via: 'email', value: '' } as const;
  const secretRequest = { flowId: row.id, requestUrl, transientPayload: {}, to, identity, now, lifespan };
  const { secret, clear } = challenge.issue('recovery', secretRequest);
  await store.transaction(async (unit) => {
    await unit.flows.insert(row);
    await unit.secrets.put(secret);
    events.accomplished(unit, 'recovery.started', { flow: row.id, identity: identity.id, method, by: 'admin' });
  });
  return { row, secret: clear, expiresAt: secret.expiresAt };
}
