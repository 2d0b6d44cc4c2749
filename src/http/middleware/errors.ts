import type { Context, Middleware } from 'koa';
import { SallyportError, type Code } from '../../kernel/error.ts';
import { isObject } from '../../kernel/json.ts';
import { STATUS_CODES } from '../../kernel/node-http.ts';
import { wantsErrorPage, type ErrorFacts, type ErrorPages } from '../error-pages.ts';
import { writeErrorJson } from './json.ts';

export interface ErrorsDependencies {
  /** Shows the reasons of server errors to the client; under development only. */
  readonly dev: boolean;
  /** The id under which this request is logged. */
  requestId(): string | undefined;
  readonly log: { error(message: string, facts: Readonly<Record<string, unknown>>): void };
}

export interface Errors {
  /**
   * The outermost middleware for errors, and the only one that writes the status and body of an error: JSON, or a page
   * for a person's browser.
   */
  middleware(pages?: ErrorPages): Middleware;
  /** The envelope of an error, without transport: `{ error, … }`. */
  json(error: unknown, ctx: Context): Readonly<Record<string, unknown>>;
}

/** Turns a thrown error into the JSON of the reference (security ER-1). */
export function createErrors({ dev, requestId, log }: ErrorsDependencies): Errors {
  const json: Errors['json'] = (error, ctx) => {
    const known = error instanceof SallyportError ? error : new SallyportError('internal', '');
    const { status, wireId, details, beside } = known;
    // The reason of a server error is for operators: the client gets the request's id.
    const reason = status < 500 || dev ? known.reason : undefined;
    const told = wireId === undefined ? status : (TOLD[wireId] ?? status);
    const request = status < 500 ? ctx.get('X-Request-Id') : (requestId() ?? ctx.get('X-Request-Id'));
    return {
      error: {
        ...(wireId !== undefined && { id: wireId }),
        code: told,
        status: STATUS_CODES[told] ?? 'Error',
        ...(request && { request }),
        ...(reason && { reason }),
        ...(details && Object.keys(details).length > 0 && { details }),
        message: MESSAGES[status] ?? 'The request could not be answered.',
      },
      ...beside,
    };
  };
  return {
    json,
    middleware: (pages) => async (ctx, next) => {
      try {
        await next();
      } catch (error) {
        const known = error instanceof SallyportError ? error : undefined;
        const status = known?.status ?? 500;
        if (status >= 500 && !UNLOGGED.has(known?.code))
          log.error('a request failed', { method: ctx.method, path: ctx.path, status, code: known?.code, error });
        const answer = json(error, ctx);
        if (pages !== undefined && wantsErrorPage(ctx)) pages.show(ctx, { status, ...shown(answer) });
        else writeErrorJson(ctx, status, answer);
        if (known?.wireId !== undefined) ctx.set('Ory-Error-Id', known.wireId);
        if (known?.retryAfter !== undefined) ctx.set('Retry-After', String(Math.max(1, Math.ceil(known.retryAfter))));
        // The rest of a request that was too large is not read.
        if (status === 413 || status === 414 || status === 431) ctx.set('Connection', 'close');
      }
    },
  };
}

/** What a page takes from the JSON of an error. */
function shown({ error }: Readonly<Record<string, unknown>>): Pick<ErrorFacts, 'reason' | 'requestId'> {
  const { reason, request } = isObject(error) ? error : {};
  return {
    ...(typeof reason === 'string' && { reason }),
    ...(typeof request === 'string' && { requestId: request }),
  };
}

/** Overload: a line for each would add load. Readiness: its changes are logged. */
const UNLOGGED: ReadonlySet<Code | undefined> = new Set<Code | undefined>(['overloaded', 'not_ready']);

/** Errors whose JSON names another status than the answer's own, as in the reference. */
const TOLD: Readonly<Record<string, number>> = { session_verified_address_required: 400 };

const MESSAGES: Readonly<Record<number, string>> = {
  400: 'The request is malformed or has invalid parameters.',
  401: 'The request carries no valid session or credential.',
  403: 'The request is not allowed.',
  404: 'Not found.',
  405: 'The method is not allowed at this address.',
  409: 'The request conflicts with what is stored.',
  410: 'The flow has expired.',
  413: 'The body of the request is too large.',
  414: 'The address of the request is too long.',
  415: 'The type of the body is not supported.',
  421: 'The request is for another server.',
  422: 'Continue in a browser.',
  429: 'Too many requests. Please try again later.',
  431: 'The headers of the request are too large.',
  500: 'Something went wrong on our side.',
  502: 'Another server gave no usable answer.',
  503: 'The server is busy. Please try again shortly.',
  504: 'A hook or another server took too long.',
};
