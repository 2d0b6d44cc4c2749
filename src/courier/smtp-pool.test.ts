import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { must } from '../kernel/error.ts';
import { parseMessageId } from '../kernel/id.ts';
import type { OutboxMessage } from './message.ts';
import { afterwards, createSmtpSend, html, message, never, portOf, settings, sink } from './smtp-sink.fixture.ts';

const numbered = (i: number): OutboxMessage =>
  message({ id: must(parseMessageId(`00000000-0000-4000-8000-${String(i).padStart(12, '0')}`), 'id') });

/** A mail server written by hand, for what a library refuses to do. `reply` gets each line, and the mail as one. */
async function rude(
  reply: (line: string, socket: Socket, seen: readonly string[]) => void,
  greeting = '220 rude\r\n',
): Promise<{ readonly port: number; readonly connections: () => number; readonly seen: readonly string[] }> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (greeting !== '') socket.write(greeting);
    let rest = '';
    socket.on('data', (chunk) => {
      rest += chunk.toString('latin1');
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        seen.push(line);
        reply(line, socket, seen);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterwards(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: portOf(server), connections: () => sockets.size, seen };
}

/** The polite answers; a test gives the rude one. */
function politely(line: string, socket: Socket): void {
  if (line.startsWith('EHLO')) socket.write('250-rude\r\n250 8BITMIME\r\n');
  else if (/^(?:MAIL|RCPT|RSET)/.test(line)) socket.write('250 ok\r\n');
  else if (line === 'DATA') socket.write('354 go on\r\n');
  else if (line === '.') socket.write('250 taken\r\n');
  else if (line === 'QUIT') socket.end('221 bye\r\n');
}

describe('connections', () => {
  test('are kept for the next mail', async () => {
    const { port, connections, seen } = await rude(politely);
    const send = createSmtpSend(settings(port), html);
    for (let i = 0; i < 5; i += 1) expect(await send(numbered(i), never)).toEqual({ kind: 'sent' });
    expect(connections()).toBe(1);
    expect(seen.filter((line) => line === '.')).toHaveLength(5);
  });

  test('that a server closed in between cost nothing: the mail goes over another, once', async () => {
    const sockets: Socket[] = [];
    const { port, connections, seen } = await rude((line, socket) => {
      sockets.push(socket);
      politely(line, socket);
    });
    const send = createSmtpSend(settings(port), html);
    expect(await send(numbered(1), never)).toEqual({ kind: 'sent' });
    for (const socket of new Set(sockets)) socket.destroy();
    expect(await send(numbered(2), never)).toEqual({ kind: 'sent' });
    expect(connections()).toBe(2);
    expect(seen.filter((line) => line === '.')).toHaveLength(2);
  });

  test('that a server closes at the next mail cost nothing either', async () => {
    let mails = 0;
    const { port, connections, seen } = await rude((line, socket) => {
      if (line.startsWith('MAIL')) mails += 1;
      if (line.startsWith('MAIL') && mails === 2) socket.end('421 idle for too long\r\n');
      else politely(line, socket);
    });
    const send = createSmtpSend(settings(port), html);
    expect(await send(numbered(1), never)).toEqual({ kind: 'sent' });
    const second = await send(numbered(2), never);
    // Told to go, it goes: the mail is tried again later, or over another connection now. Never lost, never twice.
    expect(second.kind === 'sent' ? 2 : 1).toBe(seen.filter((line) => line === '.').length);
    expect(['sent', 'away']).toContain(second.kind);
    expect(connections()).toBeGreaterThan(0);
  });

  test('a refused recipient leaves the connection usable', async () => {
    const { port, connections } = await rude((line, socket) => {
      if (/^RCPT.*nobody/.test(line)) socket.write('550 no such user\r\n');
      else politely(line, socket);
    });
    const send = createSmtpSend(settings(port), html);
    expect(await send(message({ recipient: 'nobody@mail.example' }), never)).toMatchObject({ kind: 'permanent' });
    for (let i = 0; i < 5; i += 1) expect(await send(numbered(i), never)).toEqual({ kind: 'sent' });
    // At most a second one: the first is being reset while the next mail already comes.
    expect(connections()).toBeLessThanOrEqual(2);
  });

  test('twenty mails at once have twenty connections: a slow one holds up nobody', async () => {
    const held: (() => void)[] = [];
    const { port, connections } = await rude((line, socket) => {
      if (line === '.' && held.length < 19) held.push(() => politely(line, socket));
      else politely(line, socket);
    });
    const send = createSmtpSend(settings(port), html);
    const slow = Array.from({ length: 19 }, (_, i) => send(numbered(i), never));
    while (held.length < 19) await new Promise((resolve) => setImmediate(resolve));
    expect(await send(numbered(99), never)).toEqual({ kind: 'sent' });
    for (const release of held) release();
    expect(await Promise.all(slow)).toEqual(slow.map(() => ({ kind: 'sent' })));
    expect(connections()).toBe(20);
  });
});

describe('a server that behaves badly', () => {
  const atData = (line: string): boolean => line === 'DATA';
  test.each<[string, (line: string, socket: Socket) => boolean]>([
    [
      'closes before the mail is through',
      (line, socket) => atData(line) && (socket.write('354 go\r\n'), socket.end(), true),
    ],
    [
      'breaks the connection in the middle of the mail',
      (line, socket) => line.startsWith('Subject') && (socket.resetAndDestroy(), true),
    ],
    [
      'breaks the connection instead of an answer to the mail',
      (line, socket) => line === '.' && (socket.resetAndDestroy(), true),
    ],
    ['closes instead of an answer to the mail', (line, socket) => line === '.' && (socket.end(), true)],
    [
      'answers nonsense to the greeting',
      (line, socket) => /^(?:EHLO|HELO)/.test(line) && (socket.end('what?\r\n'), true),
    ],
    ['answers without end', (line, socket) => line.startsWith('EHLO') && (flood(socket), true)],
    [
      'answers bytes that are no text',
      (line, socket) =>
        line === '.' && (socket.write(Buffer.from([0x34, 0x35, 0x31, 0x20, 0xff, 0xfe, 0x80, 13, 10])), true),
    ],
  ])('one that %s has the mail tried again, and offered once in a try', async (_what, rudely) => {
    const { port, seen } = await rude((line, socket) => rudely(line, socket) || politely(line, socket));
    const sent = await createSmtpSend(settings(port), html)(message(), never);
    expect(['away', 'temporary']).toContain(sent.kind);
    expect(seen.filter((line) => line === '.').length).toBeLessThanOrEqual(1);
    expect(seen.filter((line) => line === 'DATA').length).toBeLessThanOrEqual(1);
    expect(JSON.stringify(sent)).not.toContain('012345');
  });

  test.each([
    ['never answers the mail', '.'],
    ['trickles its answer to the mail', 'trickle'],
    ['never answers DATA', 'DATA'],
    ['never answers EHLO', 'EHLO id.shop.example'],
  ])('one that %s is left when the try is over', async (_what, at) => {
    const stop = new AbortController();
    const { port } = await rude((line, socket) => {
      if (line === at) stop.abort();
      else if (line === '.' && at === 'trickle') {
        socket.write('250-');
        stop.abort();
      } else politely(line, socket);
    });
    const sent = await createSmtpSend(settings(port), html)(message(), stop.signal);
    expect(sent.kind).toBe('away');
  });

  test('a mail larger than the server takes is its own fault, and is not transmitted', async () => {
    const { port, seen } = await rude((line, socket) => {
      if (line.startsWith('EHLO')) socket.write('250-rude\r\n250 SIZE 1000\r\n');
      else if (line.startsWith('MAIL')) socket.write('552 too large\r\n');
      else politely(line, socket);
    });
    const large = message({ body: 'x'.repeat(2_000_000) });
    expect(await createSmtpSend(settings(port), html)(large, never)).toMatchObject({ kind: 'permanent' });
    expect(seen).not.toContain('DATA');
  });

  test('a body of ten megabytes arrives whole', async () => {
    const { port, mails } = await sink();
    const line = 'ä'.repeat(60);
    const body = Array.from({ length: 85_000 }, () => line).join('\n');
    expect(await createSmtpSend(settings(port), html)(message({ body }), never)).toEqual({ kind: 'sent' });
    expect(mails[0]?.mail.text?.trimEnd().length).toBe(body.length);
  });
});

function flood(socket: Socket): void {
  const line = `250-${'x'.repeat(1_000)}\r\n`.repeat(100);
  const more = (): void => {
    if (!socket.destroyed) socket.write(line, () => setImmediate(more));
  };
  more();
}
