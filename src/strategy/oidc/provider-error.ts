import { describeFailure, failureOf } from '../../kernel/failure.ts';

/** What went wrong between us and a provider, as far as the person may know. */
export type TroubleKind = 'cancelled' | 'refused' | 'unreachable' | 'untrusted';

/** A provider that did not do its part. The message is for the operator; it quotes no token, no code and no claim. */
export class Trouble extends Error {
  override readonly name = 'Trouble';
  readonly kind: TroubleKind;

  constructor(kind: TroubleKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}

const SENTENCES: Readonly<Record<TroubleKind, string>> = {
  cancelled: 'Signing in with {label} was cancelled.',
  refused: '{label} did not complete the sign-in. Please try again.',
  unreachable: '{label} cannot be reached at the moment. Please try again later.',
  untrusted: 'The answer of {label} could not be trusted, so nothing was done. Please try again.',
};

/** The sentence a person reads: never what the provider said (security OI-12). */
export const sentenceOf = (kind: TroubleKind, label: string): string => SENTENCES[kind].replace('{label}', label);

/** Codes of the client library that speak of the connection rather than of what came through it. */
const CONNECTION: ReadonlySet<string> = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
  'OAUTH_HTTP_REQUEST_FORBIDDEN',
]);

/** Any error of the client library, of a request, or of a check, as trouble. */
export function troubleOf(error: unknown, doing: string): Trouble {
  if (error instanceof Trouble) return error;
  const name = error instanceof Error ? error.name : 'unknown error';
  const code = textIn(error, 'code');
  const said = textIn(error, 'error');
  const met = failureOf(error)?.meaning === undefined ? undefined : describeFailure(error);
  const what = `${doing}: ${met ?? `${name}${code === undefined ? '' : ` ${code}`}`}${said === undefined ? '' : ` (${said})`}`;
  if (name === 'AuthorizationResponseError')
    return new Trouble(said === 'access_denied' ? 'cancelled' : 'refused', what, error);
  if (name === 'ResponseBodyError' || name === 'WWWAuthenticateChallengeError')
    return new Trouble('refused', what, error);
  if (met !== undefined || (code !== undefined && CONNECTION.has(code))) return new Trouble('unreachable', what, error);
  if (name === 'TimeoutError' || name === 'AbortError') return new Trouble('unreachable', what, error);
  // The guarded fetch says what is wrong with a connection by a TypeError without a code.
  if (name === 'TypeError' && code === undefined) return new Trouble('unreachable', what, error);
  return new Trouble('untrusted', what, error);
}

/** OAuth error words are ASCII without quotes; anything else is not repeated (RFC 6749 5.2). */
function textIn(error: unknown, key: string): string | undefined {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, key) : undefined;
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) ? value : undefined;
}
