import { isObject } from '../../kernel/json.ts';
import { decodeUtf8 } from '../../kernel/utf8.ts';

export interface ClientData {
  readonly challenge: string;
}

/**
 * What the browser says of the page that asked (WebAuthn Level 3, 5.8.1). Undefined unless it is of this ceremony, names a
 * challenge, and the page stood in no page of another origin (security WA-2): `topOrigin` says so, too. Origin and challenge
 * themselves are compared with the rest of the answer.
 */
export function readClientData(bytes: Buffer, type: 'webauthn.create' | 'webauthn.get'): ClientData | undefined {
  const data = parse(bytes);
  if (!isObject(data) || data['type'] !== type || typeof data['challenge'] !== 'string') return undefined;
  const framed = (data['crossOrigin'] ?? false) !== false || data['topOrigin'] !== undefined;
  return framed ? undefined : { challenge: data['challenge'] };
}

function parse(bytes: Buffer): unknown {
  const text = decodeUtf8(bytes);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
