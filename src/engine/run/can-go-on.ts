import type { FlowKind, FlowRow } from '../../flow/flow.ts';
import { PAGE, type Page } from '../../flow/page.ts';
import { hooksIn } from '../../hook/bound-hook.ts';
import { must, SallyportError } from '../../kernel/error.ts';
import type { Position } from '../machine/compiled-flow.ts';
import { thaw } from '../machine/snapshot.ts';
import type { ViewParts } from '../parts.ts';
import { drawsPage } from '../view/shown-page.ts';

/** Pages that say how the flow ended: nothing need be offered on them. */
const ENDS: ReadonlySet<Page> = new Set([PAGE.passed, PAGE.success]);

/**
 * Whether a stored flow can still be sent something under the configuration in force: its state is known, and a method that
 * is switched on has a part on its page. A flow that was begun under this configuration always can.
 */
export function canGoOn(parts: ViewParts, row: FlowRow): boolean {
  const today = must(parts.flows.get(row.kind), `Machine of ${row.kind}`);
  if (row.shape === today.shape || row.finished) return true;
  let at: Position;
  try {
    at = thaw(parts.machineOf(row), row);
  } catch (error) {
    if (error instanceof SallyportError && error.code === 'flow_expired') return false;
    throw error;
  }
  return !at.rests || ENDS.has(at.page) || drawsPage(parts, row, at).length > 0;
}

/** Whether no flow of this kind may go on: nobody may open one, and no hook begins one. */
export function isOff({ config: { flows }, bound }: Pick<ViewParts, 'config' | 'bound'>, kind: FlowKind): boolean {
  if (kind === 'registration' || kind === 'recovery') return !flows[kind].enabled;
  if (kind !== 'verification' || flows.verification.enabled) return false;
  return !bound.lanes.flatMap(hooksIn).some(({ meta }) => meta.startsVerification === true);
}

/** The traits that a person has typed into the form of a flow that is replaced. */
export function typedTraits({ context: { values } }: FlowRow): FlowRow['context'] {
  if (typeof values !== 'object' || values === null) return {};
  return Object.fromEntries(Object.entries(values).filter(([name]) => name.startsWith('traits.')));
}
