import type { Branded } from './id.ts';

/** A redirect target: from a request, checked against the allow list, or from the configuration, checked at start. */
export type ReturnUrl = Branded<'ReturnUrl'>;

/** An entry of the allow list. `path` is undefined where any path is allowed (lists of dialect v0.1-job). */
export interface AllowedUrl {
  readonly scheme: string;
  /** Host and port in lower case, without a default port; behind `*.` when `wildcard`; empty for `app.example:/path`. */
  readonly host: string;
  readonly wildcard: boolean;
  readonly path: string | undefined;
}

export type UrlProblem = { readonly problem: string };

export function isProblem(value: ReturnUrl | AllowedUrl | UrlProblem): value is UrlProblem {
  return typeof value === 'object' && 'problem' in value;
}

/** Parses a URL of the configuration: absolute, http or https, with a host (security RD-2 to RD-5). */
export function parseConfiguredUrl(text: string): ReturnUrl | UrlProblem {
  if (text.startsWith('/')) return { problem: 'is not absolute: it needs a scheme and a host' };
  const read = readUrl(text, undefined);
  if ('problem' in read) return read;
  if (!isWeb(read.scheme)) return { problem: `has the scheme "${read.scheme}", not http or https` };
  return serialise(read) ?? { problem: 'does not survive being written and read again' };
}

export interface AllowedUrlOptions {
  /** Lists of dialect v0.1-job compare scheme, host and port only. */
  readonly ignorePath: boolean;
  /** The base of relative entries; without it they are refused. */
  readonly base?: ReturnUrl | undefined;
}

/** Parses an entry of the allow list. Its query and fragment are never compared. */
export function parseAllowedUrl(text: string, { ignorePath, base }: AllowedUrlOptions): AllowedUrl | UrlProblem {
  const star = WILDCARD.exec(text);
  const read = readUrl(star ? `${star[1]}${star[2]}` : text, base);
  if ('problem' in read) {
    return text.includes('*') && !star ? { problem: 'has a "*" that is not the first label of its host' } : read;
  }
  if (star) {
    if (!isWeb(read.scheme)) return { problem: 'has a wildcard below a scheme that is not http or https' };
    if (!isLocalName(read.host) && isPublicSuffix(read.url.hostname)) {
      return {
        problem: `has a wildcard directly below "${read.url.hostname}", which anyone can register a name under`,
      };
    }
  }
  const path = pathOf(read.url);
  if (hasEmptyStart(read) || (!ignorePath && path !== '/' && hasHiddenSeparator(read.rawPath))) {
    return { problem: 'has a path that no value can match' };
  }
  return {
    scheme: read.scheme,
    host: read.host,
    wildcard: star !== null,
    path: ignorePath && read.host !== '' ? undefined : path,
  };
}

export interface Allowance {
  readonly allowed: readonly AllowedUrl[];
  /** The base of a relative value: the target that it would replace. */
  readonly base: ReturnUrl;
}

/**
 * Checks a redirect target from a request or from the answer of a hook (security RD-1 to RD-10). Returns the
 * serialisation of the URL that was checked; undefined for a refused value, an empty one included.
 */
export function checkReturnUrl(value: unknown, { allowed, base }: Allowance): ReturnUrl | undefined {
  if (typeof value !== 'string') return undefined;
  const read = readUrl(value, base);
  if ('problem' in read || hasEmptyStart(read)) return undefined;
  return allowed.some((entry) => matches(read, entry)) ? serialise(read) : undefined;
}

const MAX_BYTES = 4_096;
const WILDCARD = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/)\*\.([^/?#*]+(?:[/?#].*)?)$/s;
const ABSOLUTE = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]+)([^?#]*)/s;
// One slash below a scheme of its own (RFC 8252, 7.1).
const OWN_PATH = /^([A-Za-z][A-Za-z0-9+.-]*):(\/(?!\/)[^?#]*)/s;
const RELATIVE = /^\/(?!\/)[^?#]*/s;
// C0, DEL and C1 controls, and the backslash that browsers read as a slash.
// oxlint-disable-next-line no-control-regex -- controls are what is looked for
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\\]/;
const BLANK_EDGE = /^[\p{White_Space}\ufeff]|[\p{White_Space}\ufeff]$/u;
const LABELS = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/;
const IPV6 = /^\[[0-9a-f:]+\]$/;

/** Schemes that run code, read files or lead to no page; refused even when configured (security RD-8). */
const NEVER: ReadonlySet<string> = new Set([
  'javascript',
  'data',
  'vbscript',
  'blob',
  'file',
  'filesystem',
  'about',
  'view-source',
  'intent',
  'ws',
  'wss',
  'ftp',
]);

interface Read {
  readonly url: URL;
  readonly scheme: string;
  /** In lower case, without a default port. */
  readonly host: string;
  /** The path as it was written, before dot segments are removed. */
  readonly rawPath: string;
}

function readUrl(text: string, base: ReturnUrl | undefined): Read | UrlProblem {
  if (text === '') return { problem: 'is empty' };
  // A character is at least one byte, so the second count is bounded too.
  if (text.length > MAX_BYTES || byteLength(text) > MAX_BYTES) return { problem: `is longer than ${MAX_BYTES} bytes` };
  if (!text.isWellFormed() || FORBIDDEN.test(text) || BLANK_EDGE.test(text)) {
    return { problem: 'has a control character, a backslash, or a blank at its start or end' };
  }
  if (/%(?![0-9a-f]{2})/i.test(text)) return { problem: 'has a "%" that begins no escape such as %2F' };
  const relative = RELATIVE.exec(text);
  if (relative) return base === undefined ? { problem: 'is relative' } : resolve(text, relative[0], base);
  const [, app, appPath] = OWN_PATH.exec(text) ?? [];
  if (app !== undefined && appPath !== undefined) return ownPath(text, lower(app), appPath);
  const [, written, authority, rawPath] = ABSOLUTE.exec(text) ?? [];
  if (written === undefined || authority === undefined || rawPath === undefined) {
    return { problem: 'is neither scheme://host/path nor a path that begins with one slash' };
  }
  const scheme = lower(written);
  if (NEVER.has(scheme)) return { problem: `has the scheme "${scheme}", which is never allowed` };
  if (authority.includes('@')) return { problem: 'has a user name or an "@" before its host' };
  const url = parse(text);
  if (!url) return { problem: 'cannot be parsed' };
  const host = isWeb(scheme) ? webHost(url, scheme, lower(authority)) : ownHost(url, lower(authority));
  if (host === undefined) return { problem: unlikeItsReading(url, authority) };
  return { url, scheme, host, rawPath };
}

/** `com.example.app:/callback`: a scheme that is not the web's, and a path without a host. */
function ownPath(text: string, scheme: string, rawPath: string): Read | UrlProblem {
  if (NEVER.has(scheme)) return { problem: `has the scheme "${scheme}", which is never allowed` };
  if (isWeb(scheme)) return { problem: 'has one slash behind its scheme, where two belong' };
  const url = parse(text);
  return url?.host === '' ? { url, scheme, host: '', rawPath } : { problem: 'cannot be parsed' };
}

/** Names the one thing that makes a host or port read otherwise than it is written. */
function unlikeItsReading(url: URL, authority: string): string {
  // oxlint-disable-next-line no-control-regex -- ASCII is what is looked for
  if (/[^\u0000-\u007f]/.test(authority)) return `has letters beyond ASCII in its host: write ${url.hostname}`;
  if (/:(?:0\d*)?$|:0\d/.test(authority)) return 'has a port that is empty or begins with 0';
  if (/^\d+(?:\.\d+){3}$/.test(url.hostname) && authority.split(':')[0] !== url.hostname)
    return `has a host that is read as the address ${url.hostname}: write all four numbers, without zeros before them`;
  if (authority.endsWith('.') || /\.:\d+$/.test(authority)) return 'has a host that ends in a dot';
  if (authority.includes('%')) return 'has a percent sign in its host';
  return 'has a character in its host or port that names do not have (letters, digits, "-", "_" and "." are fine)';
}

/** Resolves a path against the origin of the base, and checks that the origin is unchanged. */
function resolve(text: string, rawPath: string, base: ReturnUrl): Read | UrlProblem {
  const from = parse(base);
  const url = from && parse(text, from);
  if (!from || !url || url.protocol !== from.protocol || url.host !== from.host) return { problem: 'does not resolve' };
  return { url, scheme: url.protocol.slice(0, -1), host: lower(url.host), rawPath };
}

/** The host, which must be spelled as the parser reads it, so that no two parsers see two hosts (security RD-5). */
function webHost(url: URL, scheme: string, authority: string): string | undefined {
  const plain = authority.replace(scheme === 'https' ? /(?<!:):443$/ : /(?<!:):80$/, '');
  if (url.host !== plain || /:0\d/.test(plain.replace(/^\[.*\]/, '')) || plain.endsWith(':')) return undefined;
  return LABELS.test(url.hostname) || IPV6.test(url.hostname) ? plain : undefined;
}

/** Host and port below an app's own scheme, in lower case (security RD-8). */
function ownHost(url: URL, authority: string): string | undefined {
  const [, name = '', port] = /^(.*?)(?::([1-9]\d{0,4}))?$/s.exec(authority) ?? [];
  if (!LABELS.test(name) || lower(url.host) !== authority) return undefined;
  return port === undefined || Number(port) <= 65_535 ? authority : undefined;
}

function matches(read: Read, entry: AllowedUrl): boolean {
  if (read.scheme !== entry.scheme) return false;
  // With the dot, only whole labels match, and the bare domain does not.
  if (entry.wildcard ? !read.host.endsWith(`.${entry.host}`) : read.host !== entry.host) return false;
  if (entry.host === '') return pathOf(read.url) === entry.path && !hasHiddenSeparator(read.rawPath);
  if (entry.path === undefined || entry.path === '/') return true;
  if (hasHiddenSeparator(read.rawPath)) return false;
  const path = pathOf(read.url);
  return path === entry.path || path.startsWith(entry.path.endsWith('/') ? entry.path : `${entry.path}/`);
}

/**
 * True for `//` or an encoded spelling of it at the start of a path: a client that joins URLs may read another host
 * (security RD-7).
 */
function hasEmptyStart({ url, rawPath }: Read): boolean {
  return [rawPath, url.pathname].some((path) => /^\/(?:\/|%(?:25)*(?:2f|5c))/i.test(path));
}

/**
 * True for slashes, backslashes and dot segments that appear only after decoding, once or repeatedly (security RD-7).
 */
function hasHiddenSeparator(rawPath: string): boolean {
  if (/%(?:25)*(?:2f|5c)|%(?:25)+2e/i.test(rawPath)) return true;
  return rawPath.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment) && segment.includes('%'));
}

const pathOf = (url: URL): string => (url.pathname === '' ? '/' : url.pathname);

/** The URL as text, if parsing the text again gives the same URL (security RD-10). */
function serialise({ url, scheme, host }: Read): ReturnUrl | undefined {
  const text = url.href;
  const again = parse(text);
  if (!again || again.protocol !== `${scheme}:` || lower(again.host) !== host || again.href !== text) return undefined;
  // The brand stands for the checks above.
  return /^[\u0021-\u007e]+$/.test(text) ? (text as ReturnUrl) : undefined;
}

/** Common public suffixes of two labels: enough to refuse obvious mistakes, not the whole Public Suffix List. */
const SHARED =
  /^(?:(?:ac|asn|co|com|edu|go|gob|gov|gv|id|ltd|me|mil|ne|net|nom|or|org|plc|sch)\.[a-z]{2}|(?:github|gitlab|netlify|vercel|web|fly|pages|workers|herokuapp|azurewebsites|cloudfront|appspot|firebaseapp|onrender|blogspot|amazonaws)\.(?:io|app|dev|com|net))$/;

function isPublicSuffix(hostname: string): boolean {
  const labels = hostname.split('.');
  return labels.length < 2 || hostname.startsWith('[') || /^\d+$/.test(labels.at(-1) ?? '') || SHARED.test(hostname);
}

/** The name of every machine for itself, with or without a port: what lies below it is this machine, too (RFC 6761). */
export const isLocalName = (host: string): boolean => /^localhost(?::\d+)?$/.test(host);

const isWeb = (scheme: string): boolean => scheme === 'http' || scheme === 'https';
/** Lower case for ASCII only: `toLowerCase` turns the Kelvin sign into a k. */
const lower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const byteLength = (text: string): number => new TextEncoder().encode(text).length;
const parse = (text: string, base?: URL): URL | undefined => URL.parse(text, base?.origin) ?? undefined;
