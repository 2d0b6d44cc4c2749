/** Every error that a request can end in, with its HTTP status. */
const CODES = {
  bad_request: 400,
  session_already_available: 400,
  self_service_flow_disabled: 400,
  self_service_flow_return_to_forbidden: 400,
  flow_event_refused: 400,
  unauthorized: 401,
  session_inactive: 401,
  session_conflict: 401,
  session_aal1_required: 401,
  forbidden: 403,
  session_aal2_required: 403,
  second_factor_missing: 403,
  session_refresh_required: 403,
  session_verified_address_required: 403,
  security_csrf_violation: 403,
  security_identity_mismatch: 403,
  not_found: 404,
  flow_not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  self_service_flow_expired: 410,
  self_service_flow_replaced: 410,
  flow_expired: 410,
  payload_too_large: 413,
  uri_too_long: 414,
  unsupported_media_type: 415,
  misdirected_request: 421,
  browser_location_change_required: 422,
  too_many_requests: 429,
  headers_too_large: 431,
  internal: 500,
  invalid_configuration: 500,
  hook_failed: 500,
  flow_moved: 500, // caught by the runner
  upstream_error: 502,
  overloaded: 503,
  unavailable: 503,
  not_ready: 503, // what is logged is each change, and no answer
  hook_timeout: 504,
} as const;

export type Code = keyof typeof CODES;

/** Codes that an answer shows as `error.id`; the others only choose the status. */
const WIRE_IDS: ReadonlySet<Code> = new Set<Code>([
  'session_already_available',
  'self_service_flow_disabled',
  'self_service_flow_return_to_forbidden',
  'session_inactive',
  'session_conflict',
  'session_aal1_required',
  'session_aal2_required',
  'session_refresh_required',
  'session_verified_address_required',
  'security_csrf_violation',
  'security_identity_mismatch',
  'self_service_flow_expired',
  'self_service_flow_replaced',
  'misdirected_request',
  'browser_location_change_required',
  'invalid_configuration',
  'hook_failed',
  'hook_timeout',
  'upstream_error',
]);

export interface ErrorParts {
  readonly cause?: unknown;
  /** `error.details` of the answer. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Members of the answer beside `error`, such as `redirect_browser_to`. */
  readonly beside?: Readonly<Record<string, unknown>>;
  /** Seconds for `Retry-After`. */
  readonly retryAfter?: number;
}

/** The one class of expected errors; mistakes on a form are messages instead. `reason` is shown and holds no secret. */
export class SallyportError extends Error {
  readonly code: Code;
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly beside: Readonly<Record<string, unknown>> | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: Code, reason: string, parts: ErrorParts = {}) {
    super(reason, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'SallyportError';
    this.code = code;
    this.reason = reason;
    this.details = parts.details;
    this.beside = parts.beside;
    this.retryAfter = parts.retryAfter;
  }

  get status(): number {
    return CODES[this.code];
  }

  /** `error.id` of the answer; undefined where it has none. */
  get wireId(): string | undefined {
    return WIRE_IDS.has(this.code) ? this.code : undefined;
  }
}

/** The value. Throws an Error when it is undefined, which only a fault in this program can cause. */
export function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is missing.`);
  return value;
}
