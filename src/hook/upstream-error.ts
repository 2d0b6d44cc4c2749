/**
 * Another system did not do its part. Thrown by a hook before anything is committed it answers 502 `upstream_error`, or
 * 504 where the other system took too long; anything else that a hook throws answers 500. The message is for the operator.
 */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly kind: 'failed' | 'late';

  constructor(message: string, kind: 'failed' | 'late' = 'failed') {
    super(message);
    this.kind = kind;
  }
}
