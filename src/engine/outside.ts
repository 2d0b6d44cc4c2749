import type { FlowRow } from '../flow/flow.ts';
import type { BoundHook } from '../hook/bind.ts';
import type { Outside } from '../hook/define.ts';
import { checkReturnUrl } from '../kernel/return-url.ts';
import { allowedFor, returnToOf } from './destination.ts';
import type { Runner } from './runner.ts';

/** The world outside as a prepare or follow hook reaches it, bound to this flow's `return_to`. */
export function outsideOf({ config, outside }: Runner, row: FlowRow, bound: BoundHook): Outside {
  return {
    ...outside,
    returnUrl(fallback) {
      const wanted = returnToOf(row.requestUrl);
      if (wanted === undefined) return fallback;
      return checkReturnUrl(wanted, { allowed: allowedFor(config, bound.from.dialect), base: fallback }) ?? fallback;
    },
  };
}
