import { getSystemErrorName } from 'node:util';

/** What went wrong between this process and something outside of it. */
export type FailureKind =
  /** Nothing listens there. */
  | 'refused'
  /** The name of the host leads nowhere. */
  | 'name'
  /** No way leads there. */
  | 'route'
  /** It does not answer. */
  | 'silent'
  /** It broke off. */
  | 'cut'
  /** Its certificate does not hold. */
  | 'certificate'
  /** It does not speak TLS. */
  | 'no-tls'
  /** It speaks TLS, and we do not agree how. */
  | 'tls'
  /** A file or folder, or the right to use one. */
  | 'file'
  /** Our own rules for outgoing requests. */
  | 'rules';

/** What may be told of an error whose text may quote a secret: nothing of that text. */
export interface Failure {
  /** What the operating system, OpenSSL or a driver calls it, such as `ECONNREFUSED`. */
  readonly code: string;
  /** Undefined for a code that has no row below. */
  readonly meaning: { readonly kind: FailureKind; readonly words: string } | undefined;
}

/**
 * The code of an error, and the verdict on the certificate of the other side. Both go along wherever an error is reworded
 * because it might quote a secret. Looks at the error, at its causes and at the errors it sums up; undefined where none has
 * a code.
 */
export function failureOf(error: unknown): Failure | undefined {
  const found = codesOf(error, DEPTH).map((code): Failure => ({ code, meaning: meaningOf(code) }));
  return found.find(({ meaning }) => meaning !== undefined) ?? found[0];
}

/** `the connection is refused (ECONNREFUSED)`; the name of an error that has no code. */
export function describeFailure(error: unknown): string {
  const failure = failureOf(error);
  if (failure === undefined) return error instanceof Error ? nameOf(error) : 'no reason given';
  return failure.meaning === undefined ? failure.code : `${failure.meaning.words} (${failure.code})`;
}

/** The code of an error itself: `ENOENT` of a file that is not there. */
export function codeOf(error: unknown): string | undefined {
  const code = member(error, 'code');
  return typeof code === 'string' && CODE.test(code) ? code : undefined;
}

/** What to do about a certificate, by the verdict on it. */
export function adviceOnCertificate(code: string): string {
  if (/EXPIRED|NOT_YET_VALID|REVOKED/.test(code)) return 'renew it there, or set the clock here';
  return code === 'ERR_TLS_CERT_ALTNAME_INVALID'
    ? 'write a name that it is for'
    : 'name its authority to Node: NODE_EXTRA_CA_CERTS=/path/of/authority.pem';
}

const DEPTH = 5;
/** A code is a word in capitals: nothing that came from outside. */
const CODE = /^[A-Z][A-Z0-9_]{1,63}$/;

function codesOf(error: unknown, depth: number): readonly string[] {
  if (depth === 0 || typeof error !== 'object' || error === null) return [];
  const inner = [member(error, 'cause'), ...listOf(member(error, 'errors'))];
  const late = member(error, 'name') === 'TimeoutError' ? 'ETIMEDOUT' : undefined;
  const own = [
    verdictIn(member(error, 'message')),
    member(error, 'originalCode'),
    codeOf(error),
    systemCode(error),
    late,
  ];
  return [...own.filter(isCode), ...inner.flatMap((each) => codesOf(each, depth - 1))];
}

const isCode = (code: unknown): code is string => typeof code === 'string' && CODE.test(code);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
const nameOf = ({ name }: Error): string => (/^\w{1,64}$/.test(name) ? name : 'Error');

/** Libraries put a code of their own in the place of the system's; its number stays. */
function systemCode(error: unknown): string | undefined {
  const errno = member(error, 'errno');
  if (typeof errno !== 'number' || errno >= 0) return undefined;
  const name = getSystemErrorName(errno);
  return CODE.test(name) ? name : undefined;
}

/** Libraries keep OpenSSL's sentence of a failed handshake and drop its code. */
function verdictIn(message: unknown): string | undefined {
  if (typeof message !== 'string') return undefined;
  const verdict = Object.entries(VERDICTS).find(([sentence]) => message.includes(sentence))?.[1];
  if (verdict !== undefined) return verdict;
  const reason = /:SSL routines:[^:]*:([a-z0-9 ]+)[:.]/.exec(message)?.[1];
  return reason && `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`;
}

/** What OpenSSL says of certificates (`X509_verify_cert_error_string`), and Node's codes for it; longer sentences first. */
const VERDICTS: Readonly<Record<string, string>> = {
  'self-signed certificate in certificate chain': 'SELF_SIGNED_CERT_IN_CHAIN',
  'self-signed certificate': 'DEPTH_ZERO_SELF_SIGNED_CERT',
  'unable to get local issuer certificate': 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'unable to get issuer certificate': 'UNABLE_TO_GET_ISSUER_CERT',
  'unable to verify the first certificate': 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'certificate has expired': 'CERT_HAS_EXPIRED',
  'certificate is not yet valid': 'CERT_NOT_YET_VALID',
  'certificate revoked': 'CERT_REVOKED',
  'certificate signature failure': 'CERT_SIGNATURE_FAILURE',
  "does not match certificate's altnames": 'ERR_TLS_CERT_ALTNAME_INVALID',
};

function meaningOf(code: string): Failure['meaning'] {
  const known = Object.hasOwn(MEANINGS, code) ? MEANINGS[code] : undefined;
  if (known !== undefined) return { kind: known[0], words: known[1] };
  if (/^(?:CERT_|UNABLE_TO_|INVALID_CA$|PATH_LENGTH_EXCEEDED$|INVALID_PURPOSE$|HOSTNAME_MISMATCH$)/.test(code))
    return { kind: 'certificate', words: 'its certificate is not trusted' };
  return /^(?:ERR_SSL_|ERR_TLS_)/.test(code) ? { kind: 'tls', words: 'the TLS handshake fails' } : undefined;
}

const UNTRUSTED = 'its certificate is not trusted: ';
const NO_TLS = 'it does not speak TLS there';
const OLD_TLS = 'no version of TLS suits both sides';

const MEANINGS: Readonly<Record<string, readonly [FailureKind, string]>> = {
  ECONNREFUSED: ['refused', 'the connection is refused'],
  ENOTFOUND: ['name', 'the host name is not found'],
  EAI_AGAIN: ['name', 'the host name cannot be resolved now'],
  EHOSTUNREACH: ['route', 'the host cannot be reached'],
  EHOSTDOWN: ['route', 'the host cannot be reached'],
  ENETUNREACH: ['route', 'the network cannot be reached'],
  ENETDOWN: ['route', 'the network cannot be reached'],
  EADDRNOTAVAIL: ['route', 'the address cannot be reached from here'],
  ETIMEDOUT: ['silent', 'no answer came in time'],
  UND_ERR_CONNECT_TIMEOUT: ['silent', 'no answer came in time'],
  UND_ERR_HEADERS_TIMEOUT: ['silent', 'no answer came in time'],
  ECONNRESET: ['cut', 'the connection was cut'],
  ECONNABORTED: ['cut', 'the connection was cut'],
  EPIPE: ['cut', 'the connection was cut'],
  UND_ERR_SOCKET: ['cut', 'the connection was cut'],
  PROTOCOL_CONNECTION_LOST: ['cut', 'the connection was cut'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['certificate', `${UNTRUSTED}it is self-signed`],
  SELF_SIGNED_CERT_IN_CHAIN: ['certificate', `${UNTRUSTED}its authority is not known here`],
  UNABLE_TO_GET_ISSUER_CERT: ['certificate', `${UNTRUSTED}its authority is not known here`],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['certificate', `${UNTRUSTED}its authority is not known here`],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['certificate', `${UNTRUSTED}its authority is not known here`],
  CERT_HAS_EXPIRED: ['certificate', `${UNTRUSTED}it has expired`],
  CERT_NOT_YET_VALID: ['certificate', `${UNTRUSTED}it is not valid yet`],
  CERT_REVOKED: ['certificate', `${UNTRUSTED}it was revoked`],
  ERR_TLS_CERT_ALTNAME_INVALID: ['certificate', 'its certificate is for other names'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['no-tls', NO_TLS],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['no-tls', NO_TLS],
  ERR_SSL_UNKNOWN_PROTOCOL: ['no-tls', NO_TLS],
  ERR_SSL_HTTP_REQUEST: ['no-tls', NO_TLS],
  ERR_SSL_UNSUPPORTED_PROTOCOL: ['tls', OLD_TLS],
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: ['tls', OLD_TLS],
  REQUEST_REFUSED: ['rules', 'the rules for outgoing requests refuse it'],
  EACCES: ['file', 'this user may not'],
  EPERM: ['file', 'this user may not'],
  EROFS: ['file', 'it is on a read-only file system'],
  ENOENT: ['file', 'it is not there'],
  ENOTDIR: ['file', 'a part of the path is no folder'],
  EISDIR: ['file', 'it is a folder'],
  EEXIST: ['file', 'something else is there'],
  ELOOP: ['file', 'its links lead in a circle'],
  ENAMETOOLONG: ['file', 'the name is too long'],
  ENOSPC: ['file', 'the disk is full'],
  EDQUOT: ['file', 'the disk quota is used up'],
  EIO: ['file', 'the disk does not work'],
  EMFILE: ['file', 'this process has too many files open'],
  ENFILE: ['file', 'this machine has too many files open'],
};
