import type { Cbor } from './cbor.ts';

/** Which authenticators may be enrolled, by their AAGUIDs in lower-case UUID form. */
export interface AuthenticatorRules {
  /** What the browser is asked for. With `none` an AAGUID is a claim that nobody verifies. */
  readonly attestation: 'none' | 'direct';
  /** Empty: any. */
  readonly allow: ReadonlySet<string>;
  readonly deny: ReadonlySet<string>;
}

/** True when an authenticator of this model may be enrolled. One that says nothing of itself is on no list. */
export function judgeAuthenticator(
  { attestation, allow, deny }: AuthenticatorRules,
  aaguid: Uint8Array,
  format: Cbor | undefined,
): boolean {
  const model = uuidOf(aaguid);
  if (deny.has(model)) return false;
  if (allow.size === 0) return true;
  return allow.has(model) && (attestation === 'none' || format !== 'none');
}

/** 16 bytes as a UUID. */
function uuidOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
