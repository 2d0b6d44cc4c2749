import type { Context } from 'koa';
import type { ErrorView } from '../pages/error-page.ts';
import { asksForPage } from './negotiate.ts';

/** What an error page says beside the words for its status. */
export interface ErrorFacts {
  readonly status: number;
  /** A sentence that is better than that of the status. */
  readonly reason?: string | undefined;
  readonly requestId?: string | undefined;
  /** The address where the person starts again. */
  readonly again?: string | undefined;
}

/** The error page of a listener. */
export interface ErrorPages {
  show(ctx: Context, facts: ErrorFacts): void;
}

/** Addresses that answer programs: an error is JSON there, as everything else is. */
const OF_PROGRAMS =
  /^\/(?:admin\/)?(?:sessions|schemas|identities|recovery|courier|health|version|metrics)(?:\/|$)|^\/self-service\/(?:errors|[^/]+\/(?:flows|api)|logout\/browser)$/;

/** A person is to see a page instead of the JSON of an error. */
export const wantsErrorPage = (ctx: Context): boolean => asksForPage(ctx) && !OF_PROGRAMS.test(ctx.path);

/** Statuses whose words say everything that a person can use; the reason is for those who wrote the request. */
const WORDS_SUFFICE: ReadonlySet<number> = new Set([404, 405, 413, 414, 415, 429, 431]);

/** The facts as the page shows them. */
export const errorView = ({ status, reason, requestId, again }: ErrorFacts): ErrorView => ({
  status,
  ...(reason !== undefined && !WORDS_SUFFICE.has(status) && { message: reason }),
  ...(requestId !== undefined && { requestId }),
  ...(again !== undefined && { again }),
});
