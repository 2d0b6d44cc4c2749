import type { Duplex } from 'node:stream';
import { escapeMarkup } from '../kernel/escape-markup.ts';
import { STATUS_CODES } from '../kernel/node-http.ts';
import { english } from '../pages/texts.ts';

/** What Node could not read as a request. */
export interface Unread extends Error {
  readonly code?: string;
  /** The bytes that were being read. */
  readonly rawPacket?: Buffer;
}

/** As Node answers where nobody listens: everything else is 400. */
const STATUSES: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * Answers a request that is not well-formed or has more headers than fit, and ends the connection; with a page, where a
 * browser has sent it. `answering`: a part of another answer was written already.
 */
export function answerUnread(error: Unread, socket: Duplex, answering: boolean): void {
  if (!socket.writable || answering || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = STATUSES[error.code ?? ''] ?? 400;
  const body = status === 431 && forPerson(error.rawPacket) ? pageOf(status) : '';
  const type = body === '' ? '' : 'Content-Type: text/html; charset=utf-8\r\n';
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\nConnection: close\r\nCache-Control: no-store\r\n${type}` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

const forPerson = (packet: Buffer | undefined): boolean =>
  /^accept:[^\r\n]*text\/html/im.test(packet?.toString('latin1') ?? '');

/** A page that needs nothing else: the next request of this browser would be refused as well. */
function pageOf(status: 431): string {
  const { language, errorTitle, error } = english;
  const [title, text] = error.known[status].map(escapeMarkup);
  return (
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<meta name="color-scheme" content="light dark"><title>${errorTitle}: ${title}</title></head>` +
    `<body><h1>${title}</h1><p>${text}</p><p><a href="">${escapeMarkup(error.again)}</a></p></body></html>\n`
  );
}
