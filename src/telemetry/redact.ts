/** What stands in the place of a secret. */
export const HIDDEN = '‹hidden›';

const MAX_TEXT = 8_192;
const MAX_DEPTH = 5;

/** Names of fields whose values are never logged (security LG-1), in any spelling. */
const SECRET_NAME =
  /pass(?:word|phrase|wd)|secret|token|cookie|csrf|authorization|credential|(?:^|_)(?:hash|body|code|codes|dsn|query|otp|totp|pin)$|connection_?uri|api_?key|private_?key/i;
/** Names that look like secrets and are none: an error code, a status code. */
const OPEN_NAME = /^(?:code|status_code|error_code|token_source|cookies_secure)$/;

/** Secrets that are recognised by their shape, anywhere in a text. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/\bory_(?:st|lo|ac|at|rt)_[A-Za-z0-9._-]+/g, HIDDEN],
  [/\$(?:argon2(?:id|i|d)|2[abxy]|scrypt|pbkdf2[a-z0-9-]*)\$[^\s"']+/g, HIDDEN],
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${HIDDEN}`],
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]+@/gi, `$1${HIDDEN}@`],
  [
    /([?&](?:token|code|state|id_token|access_token|refresh_token|csrf_token|password|secret)=)[^\s&#"']+/gi,
    `$1${HIDDEN}`,
  ],
  [/\b(csrf_token_[0-9a-f]{64}|ory_kratos_session|ory_kratos_continuity)=[^\s;"']+/g, `$1=${HIDDEN}`],
];

/** A copy for the log: secrets hidden, texts cut to 8 KiB, errors with their causes, cycles and deep nesting cut. */
export function redact(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, redactValue(name, value, 0)]));
}

/** The text with everything that looks like a secret hidden. */
export function redactText(text: string): string {
  const hidden = SHAPES.reduce((rest, [shape, put]) => rest.replace(shape, put), text.slice(0, 2 * MAX_TEXT));
  return hidden.length > MAX_TEXT ? `${hidden.slice(0, MAX_TEXT)}…` : hidden;
}

function redactValue(name: string, value: unknown, depth: number): unknown {
  if (value === undefined || value === null) return value;
  // An error's or a status's code is a word or a number; a one-time code never has that name alone with letters.
  if (isSecret(name, value)) return HIDDEN;
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object') return typeof value === 'function' || typeof value === 'symbol' ? undefined : value;
  if (depth >= MAX_DEPTH) return '…';
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return `‹${value.byteLength} bytes›`;
  if (Array.isArray(value)) return value.slice(0, 100).map((each) => redactValue(name, each, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, redactValue(key, each, depth + 1)]));
}

function isSecret(name: string, value: unknown): boolean {
  if (OPEN_NAME.test(name)) return name === 'code' && typeof value === 'string' && !/^[A-Za-z]\w*$/.test(value);
  return SECRET_NAME.test(name);
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    name: error.name,
    message: redactText(error.message),
    ...(code !== undefined && { code: redactText(code) }),
    stack: redactText(error.stack ?? ''),
    ...(error.cause !== undefined && { cause: redactValue('cause', error.cause, depth + 1) }),
  };
}
