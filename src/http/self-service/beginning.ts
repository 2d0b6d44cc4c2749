import type { Context } from 'koa';
import type { Config } from '../../config/config.ts';
import type { FlowKind, FlowRow, FlowType } from '../../flow/flow.ts';

/** What is known of a flow that a request names. */
type KnownFlow = Pick<FlowRow, 'id'> & Partial<Pick<FlowRow, 'kind' | 'requestUrl'>>;

/** Notes on the request which flow it concerns, for the answer to an error. */
export function markFlow(ctx: Context, type: FlowType, flow?: KnownFlow): void {
  ctx.state['flowType'] = type;
  ctx.state['flow'] = flow;
}

/** The flow that `markFlow` noted. */
export const markedFlow = (ctx: Context): KnownFlow | undefined => ctx.state['flow'] as KnownFlow | undefined; // set there alone

/** Parameters of an opening that another one of the same kind takes over. */
const KEPT = ['return_to', 'after_verification_return_to', 'refresh', 'aal', 'identity_schema'];

/** The address that opens a flow of this kind; as `flow` was opened, where it is known. */
export function beginningOf(
  { serve }: Pick<Config, 'serve'>,
  kind: Exclude<FlowKind, 'logout'>,
  flow: Pick<KnownFlow, 'requestUrl'> | undefined,
): string {
  const begin = new URL(`${serve.public.baseUrl}/self-service/${kind}/browser`);
  const asked = URL.parse(flow?.requestUrl ?? '');
  if (asked === null) return begin.href;
  // A flow that another one began, or a mailed link: its address has parameters of another kind of flow.
  const kept = asked.pathname === begin.pathname ? KEPT : ['return_to'];
  for (const name of kept) {
    const value = asked.searchParams.get(name);
    if (value !== null && value !== '') begin.searchParams.set(name, value);
  }
  return begin.href;
}

const OF_FLOWS = /^\/(?:self-service|ui)\/(login|registration|settings|recovery|verification)(?:\/|$)/;

/** Where a person starts again whose request has failed: the same kind of flow, as it began; undefined: it had to do with none. */
export function startAgain({ flows, serve }: Config, ctx: Context): string | undefined {
  const flow = markedFlow(ctx);
  const kind = flow?.kind ?? (OF_FLOWS.exec(ctx.path)?.[1] as Exclude<FlowKind, 'logout'> | undefined); // of the pattern
  if (kind === undefined || kind === 'logout') return undefined;
  const off = (kind === 'registration' || kind === 'recovery' || kind === 'verification') && !flows[kind].enabled;
  return off ? undefined : beginningOf({ serve }, kind, flow);
}
