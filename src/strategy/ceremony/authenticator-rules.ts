import { isMap, type CborMap } from './cbor.ts';
import { leadsTo, type Makers } from './makers.ts';

/** Which authenticators may be enrolled, by their AAGUIDs in lower-case UUID form. */
export interface AuthenticatorRules {
  /** What the browser is asked for. With `none` an AAGUID is a claim that nobody verifies. */
  readonly attestation: 'none' | 'direct';
  /** Empty: any. */
  readonly allow: ReadonlySet<string>;
  readonly deny: ReadonlySet<string>;
  /** Whose attestations count; undefined: any one's, so that an attested AAGUID is a claim, too. */
  readonly makers?: Makers | undefined;
}

/**
 * The one format of attestations that is taken beside `none`: that of security keys. Others are of platforms, whose models no list
 * names, and checking them asks addresses that stand in what is checked.
 */
const PACKED = 'packed';

/** True for an attestation that these rules may ask for. */
export const takesFormat = ({ attestation }: Pick<AuthenticatorRules, 'attestation'>, format: unknown): boolean =>
  format === 'none' || (attestation === 'direct' && format === PACKED);

/** True when an authenticator of this model may be enrolled. One that attests nothing is on no list of allowed ones. */
export function judgeAuthenticator(
  { allow, deny, makers }: AuthenticatorRules,
  aaguid: Uint8Array,
  { attestation, now }: { readonly attestation: CborMap; readonly now: number },
): boolean {
  const model = uuidOf(aaguid);
  if (deny.has(model)) return false;
  if (allow.size === 0) return true;
  if (!allow.has(model) || attestation.get('fmt') !== PACKED) return false;
  return makers === undefined || leadsTo(makers.get(model) ?? [], pathOf(attestation), now);
}

/** The certificates of an attestation; none where the authenticator vouches for itself. */
function pathOf(attestation: CborMap): readonly Uint8Array[] {
  const statement = attestation.get('attStmt');
  const path = isMap(statement) ? statement.get('x5c') : undefined;
  return Array.isArray(path) ? path.filter((each) => each instanceof Uint8Array) : [];
}

/** 16 bytes as a UUID. */
function uuidOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
