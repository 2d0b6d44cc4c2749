import type { FlowKind } from '../../flow/flow.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { HttpContext } from './context.ts';

/** Throws for a kind of flow that nobody may open. */
export function refuseOpening({ config: { flows } }: Pick<HttpContext, 'config'>, kind: FlowKind): void {
  const off = (kind === 'registration' || kind === 'recovery' || kind === 'verification') && !flows[kind].enabled;
  if (off) throw switchedOff(kind);
}

/** Throws for a kind of flow that is switched off, also for flows that wait. */
export function refuseSwitchedOff({ engine }: Pick<HttpContext, 'engine'>, kind: FlowKind): void {
  if (engine.isOff(kind)) throw switchedOff(kind);
}

function switchedOff(kind: FlowKind): SallyportError {
  if (kind === 'registration') return new SallyportError('self_service_flow_disabled', 'Registration is switched off.');
  const name = kind === 'recovery' ? 'Recovery' : 'Verification';
  return new SallyportError('bad_request', `${name} is switched off: set selfservice.flows.${kind}.enabled.`);
}
