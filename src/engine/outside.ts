import type { BoundHook } from '../hook/bind.ts';
import type { Outside } from '../hook/define.ts';
import { checkReturnUrl } from '../kernel/return-url.ts';
import { allowedFor, returnToOf } from './view/return-to.ts';
import { flowAsSeen } from './view/hook-view.ts';
import type { Runner } from './parts.ts';
import type { Submission } from './run/submission.ts';

/** The world outside as a prepare or follow hook reaches it, bound to this flow's `return_to`. */
export function outsideOf(runner: Runner, request: Submission, bound: BoundHook): Outside {
  const { config, outside } = runner;
  const { row } = request;
  return {
    ...outside,
    flow: () => flowAsSeen(runner, request),
    returnUrl(fallback) {
      const wanted = returnToOf(row.requestUrl);
      if (wanted === undefined) return fallback;
      return checkReturnUrl(wanted, { allowed: allowedFor(config, bound.from.dialect), base: fallback }) ?? fallback;
    },
  };
}
