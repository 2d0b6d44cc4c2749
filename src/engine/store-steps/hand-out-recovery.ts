import type { FlowRow, FlowType } from '../../flow/flow.ts';
import type { Identity } from '../../identity/identity.ts';
import { must } from '../../kernel/error.ts';
import { rowFor } from '../run/begin.ts';
import type { Asker, Runner } from '../run/submission.ts';
import { advance, freeze, start } from '../machine/snapshot.ts';

export interface Handing {
  readonly method: 'code' | 'link';
  readonly identity: Identity;
  readonly type: FlowType;
  readonly requestUrl: string;
  readonly asker: Asker;
  /** Milliseconds. */
  readonly lifespan: number;
}

/** What an administrator hands over personally. */
export interface Handed {
  readonly row: FlowRow;
  /** The code, or the token of the link. */
  readonly clear: string;
  readonly expiresAt: number;
}

/** Begins a recovery for a person, past the hooks before it: it waits for its code or link, and nothing is mailed. */
export async function startRecovery(runner: Runner, handing: Handing): Promise<Handed> {
  const { method, identity, type, requestUrl, asker, lifespan } = handing;
  const { mailing, clock, store } = runner;
  const flow = must(runner.flows.get('recovery'), 'Machine of recovery');
  const at = advance(flow, start(flow), { type: 'open.sent', values: { method } });
  const opened = rowFor(runner, flow, {
    kind: 'recovery',
    type,
    requestUrl,
    csrf: '',
    opening: 'open.sent',
    asker,
    identityId: identity.id,
  });
  const now = clock.now();
  const row: FlowRow = { ...opened, ...freeze(at), expiresAt: Math.max(opened.expiresAt, now + lifespan) };
  const to = { via: 'email', value: '' } as const;
  const asked = { flowId: row.id, requestUrl, transientPayload: {}, to, identity, now, lifespan };
  const { secret, clear } =
    method === 'code'
      ? mailing.code('recovery_code', 'recovery_code_valid', asked)
      : mailing.link('recovery_link', 'recovery_valid', asked);
  await store.transaction(async (unit) => {
    await unit.flows.insert(row);
    await unit.secrets.put(secret);
  });
  return { row, clear, expiresAt: secret.expiresAt };
}
