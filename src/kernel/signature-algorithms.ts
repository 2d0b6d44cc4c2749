/**
 * Algorithms by which everybody may check a token and nobody else make one (RFC 7518, section 3.1; RFC 8037, section 3.1): no
 * `none`, and no HMAC, whose key both sides have.
 */
export const SIGNATURE_ALGORITHMS: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
];
