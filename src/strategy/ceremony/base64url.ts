const ALPHABET = /^[\w-]*$/;

/**
 * The bytes of base64url text without padding (RFC 4648 §5). Undefined for everything that is not their one spelling: padding,
 * other characters, bits behind the last byte (RFC 4648 §3.5). Two texts of one credential id must not be two credentials.
 */
export function decodeBase64Url(text: unknown): Buffer | undefined {
  if (typeof text !== 'string' || !ALPHABET.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
