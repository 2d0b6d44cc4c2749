import { createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readGobTexts } from './gob.ts';

const MAC = 32;
const IV = 16;
const BAR = 0x7c;

/** What a session cookie of Ory Kratos says: it is good for the session with this token. */
export interface KratosCookie {
  readonly token: string;
  /** Epoch milliseconds, to the second. */
  readonly sealedAt: number;
}

/**
 * Opens a session cookie of Ory Kratos that was sealed under this name and one of the secrets. Undefined, never an error, for every
 * other text. Base64url of `TIME|BODY|MAC`: the MAC is HMAC-SHA-256 of `NAME|TIME|BODY` under the secret, and the body AES-256-CTR
 * under its SHA-256.
 */
export function openKratosCookie(
  value: string,
  { name, secrets }: { readonly name: string; readonly secrets: readonly string[] },
): KratosCookie | undefined {
  const bytes = Buffer.from(value, 'base64url');
  const second = bytes.indexOf(BAR, bytes.indexOf(BAR) + 1);
  // The MAC is 32 bytes of any kind, also of this one: two bars before it decide.
  if (second < 0 || bytes.length - second - 1 !== MAC) return undefined;
  const signed = bytes.subarray(0, second + 1);
  const parts = /^(\d{1,12})\|([\w-]+={0,2})\|$/.exec(signed.toString('latin1'));
  if (parts === null) return undefined;
  const [, seconds = '', body = ''] = parts;
  const mac = bytes.subarray(second + 1);
  const secret = secrets.find((each) => timingSafeEqual(macOf(each, `${name}|${seconds}|${body}`), mac));
  const token = secret === undefined ? undefined : tokenIn(decrypt(secret, Buffer.from(body, 'base64url')));
  return token === undefined ? undefined : { token, sealedAt: Number(seconds) * 1_000 };
}

const macOf = (secret: string, text: string): Buffer => createHmac('sha256', secret).update(text).digest();

function decrypt(secret: string, box: Buffer): Buffer {
  if (box.length <= IV) return Buffer.alloc(0);
  const key = createHash('sha256').update(secret).digest();
  const decipher = createDecipheriv('aes-256-ctr', key, box.subarray(0, IV));
  return Buffer.concat([decipher.update(box.subarray(IV)), decipher.final()]);
}

function tokenIn(plain: Buffer): string | undefined {
  const token = readGobTexts(plain)?.get('session_token');
  return token === '' ? undefined : token;
}
