import type { Runner } from '../engine/parts.ts';
import type { HookError } from '../hook/hook-error.ts';
import type { Log } from '../telemetry/log.ts';

/** Logs an error that no answer can carry. */
export const reportTo =
  (log: Log): Runner['report'] =>
  (error, { flow, state }) =>
    log.error(error instanceof Error ? error.message : 'unknown error', { flow, state, error });

/** Logs a fault of a hook; its stack under `dev` alone. */
export function logFault(log: Log, { message, origin, kind, stack }: HookError, dev: boolean): void {
  log.error(message, { hook: origin.hook, point: origin.point, kind, ...(dev && { stack }) });
}
