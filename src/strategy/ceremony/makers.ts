import { X509Certificate } from 'node:crypto';
import { isObject } from '../../kernel/json.ts';

/** The makers of authenticators, as the metadata service of the FIDO Alliance knows them: roots of their attestations by AAGUID. */
export type Makers = ReadonlyMap<string, readonly X509Certificate[]>;

/** States of a model in which its attestations prove nothing any more (FIDO Metadata Service 3.1, 3.1.4). */
const BROKEN: ReadonlySet<unknown> = new Set([
  'USER_VERIFICATION_BYPASS',
  'ATTESTATION_KEY_COMPROMISE',
  'USER_KEY_REMOTE_COMPROMISE',
  'USER_KEY_PHYSICAL_COMPROMISE',
  'REVOKED',
]);

/**
 * Reads the file of the metadata service: a JWT whose payload lists the models. Whoever configures the file vouches for it; its
 * signature is not checked. Undefined for anything else. Models that are known to be broken are left out.
 */
export function readMakers(text: string): Makers | undefined {
  const payload = payloadOf(text);
  const entries = isObject(payload) ? payload['entries'] : undefined;
  if (!Array.isArray(entries)) return undefined;
  const makers = new Map<string, readonly X509Certificate[]>();
  for (const entry of entries as readonly unknown[]) {
    if (!isObject(entry) || typeof entry['aaguid'] !== 'string' || isBroken(entry)) continue;
    const statement = entry['metadataStatement'];
    const roots = isObject(statement) ? statement['attestationRootCertificates'] : undefined;
    makers.set(entry['aaguid'].toLowerCase(), Array.isArray(roots) ? roots.flatMap(certificateOf) : []);
  }
  return makers;
}

/**
 * True when the certificates of an attestation, the authenticator's own first, lead to one of the roots: each is signed by the next
 * one, every issuer is an authority, and all are valid now. Nothing is fetched.
 */
export function leadsTo(roots: readonly X509Certificate[], path: readonly Uint8Array[], now: number): boolean {
  const chain = path.map((each) => parse(Buffer.from(each)));
  const known = chain.filter((each) => each !== undefined);
  const last = known.at(-1);
  if (last === undefined || known.length !== path.length || known.length > LONGEST_PATH) return false;
  const signed = known.every((each, i) => {
    const next = known[i + 1];
    return isValid(each, now) && (next === undefined || issues(next, each));
  });
  return signed && roots.some((root) => root.raw.equals(last.raw) || (isValid(root, now) && issues(root, last)));
}

const LONGEST_PATH = 5;

const issues = (issuer: X509Certificate, subject: X509Certificate): boolean =>
  issuer.ca && subject.checkIssued(issuer) && subject.verify(issuer.publicKey);

const isValid = ({ validFrom, validTo }: X509Certificate, now: number): boolean =>
  Date.parse(validFrom) <= now && now <= Date.parse(validTo);

function isBroken({ statusReports }: Readonly<Record<string, unknown>>): boolean {
  return Array.isArray(statusReports) && statusReports.some((each) => isObject(each) && BROKEN.has(each['status']));
}

function payloadOf(text: string): unknown {
  const [, payload] = text.trim().split('.');
  try {
    return JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
  } catch {
    return undefined;
  }
}

const certificateOf = (written: unknown): readonly X509Certificate[] => {
  const parsed = typeof written === 'string' ? parse(Buffer.from(written, 'base64')) : undefined;
  return parsed === undefined ? [] : [parsed];
};

function parse(bytes: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(bytes);
  } catch {
    return undefined;
  }
}
