import type { Found } from '../checked.ts';
import type { Problems } from '../source/problems.ts';

const LEAST = 16;
const STRONG_BYTES = 32;

/** The entries of one list below `secrets`, checked for length and duplicates; weak ones are warned about. */
export function readSecrets(
  found: Found | undefined,
  cipher: boolean,
  warn: boolean,
  problems: Problems,
): readonly string[] {
  const items = (found?.items ?? []).flatMap((item) =>
    'value' in item && typeof item.value === 'string' ? [{ text: item.value, at: item.at }] : [],
  );
  const good = items.filter(({ text, at }, i) => {
    const length = [...text].length;
    if (cipher && (length !== 32 || Buffer.byteLength(text) !== 32)) {
      problems.error(
        at,
        'weak',
        `is ‹hidden›, ${length} characters long`,
        'write exactly 32 characters, such as `openssl rand -hex 16` prints',
      );
      return false;
    }
    if (length < LEAST) {
      problems.error(
        at,
        'weak',
        `is ‹hidden›, ${length} characters long`,
        `write at least ${LEAST} characters, better 32`,
      );
      return false;
    }
    if (items.some((other, j) => j < i && other.text === text)) {
      problems.error(at, 'duplicate', 'is ‹hidden›, the same as an entry before it', 'write each secret once');
      return false;
    }
    return true;
  });
  const weak = good.filter(({ text }) => isWeak(text)).length;
  if (warn && found && weak > 0) {
    problems.warn(
      found.at,
      'unsafe',
      `${weak === 1 ? 'holds a secret that is' : `holds ${weak} secrets that are`} shorter than ${STRONG_BYTES} bytes, patterned, or printed in a public document`,
      'make one with `openssl rand -base64 32` and put it first',
    );
  }
  return items.map(({ text }) => text);
}

/** Under 32 bytes, a repeated pattern, or a value printed in a public document (security KR-1). */
export function isWeak(secret: string): boolean {
  const plain = secret.toLowerCase();
  return (
    Buffer.byteLength(secret) < STRONG_BYTES ||
    new Set(secret).size < 8 ||
    /^(.{1,12}?)\1+.{0,11}$/s.test(secret) ||
    SAMPLES.has(plain) ||
    /change.?me|very.?insecure|not.?secure|cookie-secret|cipher-secret/.test(plain)
  );
}

/** Example secrets that are printed in public documentation and quick starts. */
const SAMPLES: ReadonlySet<string> = new Set([
  'something-super-secret',
  'old-session-secret',
  'older-session-secret',
  'ancient-session-secret',
  'first-signing-secret-01',
  'please-change-me-i-am-very-insecure',
  '32-long-secret-not-secure-at-all',
  'secret-thirty-two-character-long',
  'this-is-the-primary-secret',
  'this-is-an-old-secret',
  'this-is-another-old-secret',
  'youreallyneedtochangethis',
  'my-secret-my-secret-my-secret-my',
  'super-secret-cookie-secret-value',
  'a-very-secret-key-that-is-32-len',
  '00000000000000000000000000000000',
  '0123456789abcdef0123456789abcdef',
  'abcdefghijklmnopqrstuvwxyz123456',
  'abcdefghijklmnopqrstuvwxyz012345',
]);
