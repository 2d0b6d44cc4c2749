import type { BoundHook } from '../../hook/bound-hook.ts';
import type { Outside } from '../../hook/define.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Position } from '../machine/compiled-flow.ts';
import type { PrepareParts, ViewParts } from '../parts.ts';
import { hookView } from '../view/hook-view.ts';
import { allowedUrl, hostOf, returnToOf } from '../view/return-to.ts';
import type { FlowRequest } from '../values.ts';

/** The network, the log and the flow's `return_to`, as a prepare or follow hook reaches them. */
export function hookOutsideApi(
  parts: Pick<PrepareParts, 'outside' | 'events'> & ViewParts,
  request: FlowRequest,
  at: Position,
  identity: Identity | undefined,
  bound: BoundHook,
): Outside {
  const { config, outside, events } = parts;
  const { row } = request;
  return {
    ...outside,
    flow: () => hookView(parts, request, at, identity),
    returnUrl(fallback) {
      const wanted = returnToOf(row.requestUrl);
      if (wanted === undefined) return fallback;
      const to = allowedUrl(config, wanted, fallback, bound.from.dialect);
      if (to === undefined)
        events.refused('return_to.refused', { flow: row.id, where: 'use', host: hostOf(config, wanted) });
      return to ?? fallback;
    },
  };
}
