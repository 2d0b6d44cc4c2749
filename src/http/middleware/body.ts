import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { SallyportError } from '../../kernel/error.ts';
import { isObject } from '../../kernel/json.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { Body } from '../../kernel/body.ts';
import { parseForm } from '../form.ts';
import type { Pairs } from '../form.ts';
import { parseMultipart } from '../multipart.ts';
import { parseStrictJson } from '../strict-json.ts';
import type { JsonLimits, Malformed } from '../strict-json.ts';

export interface BodyLimits extends JsonLimits {
  /** Bytes of the whole body. */
  readonly size: number;
}

/** Limits of bodies by listener and route (security IN-1, IN-2). */
export const PUBLIC_BODY: BodyLimits = { size: 64 * 1_024, depth: 32, keys: 1_000, text: 8 * 1_024 };
export const ADMIN_BODY: BodyLimits = { size: 1_024 * 1_024, depth: 32, keys: 1_000, text: 1_024 * 1_024 };
/** For `PATCH /admin/identities`: up to a thousand identities. */
export const BATCH_BODY: BodyLimits = { size: 5 * 1_024 * 1_024, depth: 32, keys: 200_000, text: 1_024 * 1_024 };

/**
 * A submitted body, checked for size, encoding, depth, duplicate and dangerous keys (security IN-1 to IN-3, CS-3).
 * Throws `payload_too_large`, `unsupported_media_type` (before any parser) or `bad_request`.
 */
export async function readBody(ctx: Context, limits: BodyLimits): Promise<Body> {
  const contentType = ctx.get('Content-Type');
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (!TYPES.has(type)) throw refused(ctx, 'The body is neither JSON nor a form.');
  const text = await readText(ctx, contentType, limits.size);
  if (type === 'application/json') {
    const value = valid(parseStrictJson(text, limits)).value;
    if (!isJsonObject(value)) throw new SallyportError('bad_request', 'The JSON is not an object.');
    return { kind: 'json', value };
  }
  const pairs = type === 'multipart/form-data' ? parseMultipart(text, contentType) : parseForm(text);
  return { kind: 'form', pairs: valid(pairs) };
}

/** Any JSON value, for routes that accept only JSON: a patch is a list. Throws like `readBody`. */
export async function readJson(
  ctx: Context,
  limits: BodyLimits,
  types: readonly string[] = ['application/json'],
): Promise<Json> {
  const contentType = ctx.get('Content-Type');
  if (!types.includes((contentType.split(';')[0] ?? '').trim().toLowerCase())) {
    throw refused(ctx, `The body is not of the type ${types.join(' or ')}.`);
  }
  return valid(parseStrictJson(await readText(ctx, contentType, limits.size), limits)).value;
}

/** A submit by GET: the query read as the form. */
export function queryAsBody(ctx: Context): Body {
  return { kind: 'form', pairs: valid<Pairs>(parseForm(ctx.querystring)) };
}

const TYPES: ReadonlySet<string> = new Set([
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
]);

async function readText(ctx: Context, contentType: string, size: number): Promise<string> {
  const encoding = ctx.get('Content-Encoding').trim().toLowerCase();
  if (encoding !== '' && encoding !== 'identity') throw refused(ctx, 'The body is compressed, which is not supported.');
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1]?.toLowerCase() ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8') throw refused(ctx, 'The body is not in UTF-8.');
  const bytes = await readBytes(ctx.req, size);
  if (!bytes) {
    ctx.set('Connection', 'close');
    throw new SallyportError('payload_too_large', `The body is larger than ${size} bytes.`);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.startsWith('\ufeff')) return text;
  } catch (cause) {
    throw new SallyportError('bad_request', 'The body is not valid UTF-8.', { cause });
  }
  throw new SallyportError('bad_request', 'The body begins with a byte order mark.');
}

/**
 * Undefined for more than `size` bytes; counted while reading, whatever `Content-Length` says. A little more is still
 * read and dropped: a client that is cut off while it sends does not see the answer. The bytes are copied into one
 * buffer: one buffer for each byte of a slow body would take a hundred times the memory.
 */
async function readBytes(request: IncomingMessage, size: number): Promise<Buffer | undefined> {
  const said = Number(request.headers['content-length'] ?? 0);
  if (said > 2 * size) return undefined;
  // Only a body with a known, acceptable end is read on.
  const most = Math.max(said, size);
  return new Promise((resolve, reject) => {
    let held: Buffer = Buffer.alloc(0);
    let length = 0;
    const done = (act: () => void): void => {
      request.off('data', take).off('end', end).off('error', fail).off('close', gone);
      act();
    };
    const take = (chunk: Buffer): void => {
      const before = length;
      length += chunk.length;
      held = length <= size ? grown(held, length, size) : Buffer.alloc(0);
      if (length <= size) chunk.copy(held, before);
      if (length > most) done(() => resolve(undefined));
    };
    const end = (): void => done(() => resolve(length > size ? undefined : held.subarray(0, length)));
    const broken = (cause?: unknown) =>
      new SallyportError('bad_request', 'The request ended before its body did.', { cause });
    const fail = (cause: unknown): void => done(() => reject(broken(cause)));
    const gone = (): void => done(() => reject(broken()));
    request.on('data', take).on('end', end).on('error', fail).on('close', gone);
  });
}

/** Room for `length` bytes: the same buffer, or one of twice the size with the bytes so far. */
function grown(held: Buffer, length: number, most: number): Buffer {
  if (length <= held.length) return held;
  const larger = Buffer.alloc(Math.min(most, Math.max(length, 2 * held.length, 1_024)));
  held.copy(larger);
  return larger;
}

/** Refuses an unread body: the connection ends, so that the rest of the body is not read. */
function refused(ctx: Context, reason: string): SallyportError {
  const { 'content-length': length = '0', 'transfer-encoding': transfer } = ctx.req.headers;
  if (length !== '0' || transfer !== undefined) ctx.set('Connection', 'close');
  return new SallyportError('unsupported_media_type', reason);
}

function valid<T extends object>(read: T | Malformed): T {
  if ('malformed' in read) throw new SallyportError('bad_request', read.malformed);
  return read;
}

const isJsonObject = (value: Json): value is JsonObject => isObject(value);
