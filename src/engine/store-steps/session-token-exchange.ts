import type { FlowRow } from '../../flow/flow.ts';
import { parseFlowId, type FlowId, type SessionId } from '../../kernel/id.ts';
import { isObject, type Json } from '../../kernel/json.ts';
import type { SessionWithIdentity } from '../../session/session.ts';
import type { Unit } from '../../store/store.ts';
import { openVault } from './vault.ts';
import type { Runner } from '../parts.ts';
import { returned, type FlowRequest, type Written } from '../values.ts';
import { parseBoolean } from '../../kernel/boolean.ts';

/** Ten minutes: an app fetches its session at once. */
const KEPT_FOR = 10 * 60_000;
const FLAG = 'return_session_token_exchange_code';

/** True for a native app's flow that is completed in a browser: the app exchanges two codes for the session. */
export function wantsExchange({ type, kind, requestUrl }: Pick<FlowRow, 'type' | 'kind' | 'requestUrl'>): boolean {
  if (type !== 'api' || (kind !== 'login' && kind !== 'registration')) return false;
  const flag = new URL(requestUrl, 'http://localhost').searchParams.get(FLAG);
  return flag !== null && parseBoolean(flag) === true;
}

/**
 * The code the browser takes back to the app. It is worth nothing without the one that the app was given when the flow
 * began, and that no browser has seen; both are used up together. The session's token waits in the vault.
 */
export async function keepExchange(
  runner: Pick<Runner, 'random' | 'sealing' | 'clock'>,
  request: FlowRequest,
  { at, values: { issued } }: Written,
  unit: Unit,
): Promise<string | undefined> {
  const { row } = request;
  if (!returned(request) || issued === undefined || !wantsExchange(row)) return undefined;
  const code = `${row.id.replaceAll('-', '')}${runner.random.token(32)}`;
  const origin = parseFlowId(at.context.values['origin']) ?? row.id;
  const kept: Kept = { code: runner.sealing.hashToken(code), origin, token: issued.token, session: issued.session.id };
  await unit.vault.put({
    flowId: row.id,
    kind: 'exchange',
    box: runner.sealing.sealVault(JSON.stringify(kept), `${row.id}/exchange`),
    expiresAt: Math.min(row.expiresAt, runner.clock.now() + KEPT_FOR),
  });
  return code;
}

/** The session the two codes stand for, once. */
export async function exchange(
  runner: Runner,
  same: (a: string, b: string) => boolean,
  initCode: string,
  returnCode: string,
): Promise<({ readonly token: string } & SessionWithIdentity) | undefined> {
  const flow = flowIn(returnCode);
  const kept = flow && parseKept(await openVault(runner, runner.store.vault, flow, 'exchange'));
  if (flow === undefined || kept === undefined) return undefined;
  const mine = runner.sealing.initCodes(kept.origin).some((code) => same(code, initCode));
  if (!mine || !same(kept.code, runner.sealing.hashToken(returnCode))) return undefined;
  const session = await runner.store.sessions.find(kept.session);
  if (session === undefined) return undefined;
  const about = { flow, identity: session.identity.id, session: session.session.id, device: 'app' } as const;
  const used = await runner.store.transaction(async (unit) => {
    const consumed = await unit.vault.consume(flow, 'exchange');
    if (consumed) runner.events.accomplished(unit, 'session.issued', { ...about, cause: 'exchange' });
    return consumed;
  });
  return used ? { token: kept.token, ...session } : undefined;
}

interface Kept {
  /** Its digest. */
  readonly code: string;
  /** The flow the app began: another one may have gone on from it. */
  readonly origin: FlowId;
  readonly token: string;
  readonly session: SessionId;
}

const HEX = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})/;

function flowIn(code: string): FlowId | undefined {
  return code.length === 64 ? parseFlowId(HEX.exec(code)?.slice(1).join('-')) : undefined;
}

/** Sealed by `keepExchange`; another version may have written it. */
function parseKept(value: Json | undefined): Kept | undefined {
  return isObject(value) && typeof value['code'] === 'string' && typeof value['session'] === 'string'
    ? (value as unknown as Kept)
    : undefined;
}
