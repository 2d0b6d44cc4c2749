import { processScope } from '../hook/hook-scope.ts';
import { guardProcess, type ProcessGuard } from '../hook/process-guard.ts';

/** Guards the process of a command that loads hooks, and may run them, without a server. Calling the answer undoes it. */
export const guardCommand = (guard: ProcessGuard): (() => void) => guardProcess(processScope, guard);
