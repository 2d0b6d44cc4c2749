import { checkPairs } from './form.ts';
import type { Pairs } from './form.ts';
import type { Malformed } from './strict-json.ts';

/**
 * The plain fields of a `multipart/form-data` body that was read whole and within its limit (RFC 7578). Files are
 * refused: no form of a flow has one.
 */
export function parseMultipart(text: string, contentType: string): Pairs | Malformed {
  const boundary = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  const delimiter = boundary && `\r\n--${boundary[1] ?? boundary[2]}`;
  if (!delimiter) return { malformed: 'The form names no boundary.' };
  // The first delimiter may be at the very start of the body.
  const [preamble = '', ...parts] = `\r\n${text}`.split(delimiter);
  const last = parts.pop();
  if (preamble !== '' || last === undefined || !/^--(?:\r\n)?$/.test(last))
    return { malformed: 'The form does not keep to its boundary.' };
  const pairs: (readonly [string, string])[] = [];
  for (const part of parts) {
    const pair = parsePart(part);
    if (!pair) return { malformed: 'The form has a part that is no plain field.' };
    pairs.push(pair);
  }
  return checkPairs(pairs);
}

function parsePart(part: string): readonly [string, string] | undefined {
  const end = part.indexOf('\r\n\r\n');
  if (!part.startsWith('\r\n') || end < 0) return undefined;
  const headers = part.slice(2, end).split('\r\n');
  const disposition = headers.filter((header) => /^content-disposition\s*:/i.test(header));
  const encoded = headers.some((header) => /^content-transfer-encoding\s*:/i.test(header));
  // Only `name` is allowed; `filename` would make the part a file.
  const [, name] =
    /^content-disposition\s*:\s*form-data\s*;\s*name="([^"\\\r\n]*)"\s*$/i.exec(disposition[0] ?? '') ?? [];
  return name === undefined || disposition.length > 1 || encoded ? undefined : [name, part.slice(end + 4)];
}
