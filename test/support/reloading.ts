import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { read } from './http-client.ts';
import { startServer, type ServerOptions, type TestServer } from './server.ts';

/** What the log says of one reading of the configuration. */
export interface Reading {
  readonly result: 'accepted' | 'refused';
  /** The log line. */
  readonly line: Readonly<Record<string, unknown>>;
}

/** A server whose files a test edits. */
export interface ReloadingServer extends TestServer {
  /** Puts a changed text in the place of a file of its folder, by renaming, as editors do. */
  edit(file: string, change: (text: string) => string): void;
  /** Readings that the log has told of so far. */
  readings(): readonly Reading[];
  /** Sends SIGHUP and waits for what the log says of it. */
  reload(): Promise<Reading>;
  /** `reload`, which must be accepted. */
  accept(): Promise<void>;
  /** `reload`, which must be refused; what the log says of it. */
  refuse(): Promise<string>;
}

export async function startReloading(options: ServerOptions): Promise<ReloadingServer> {
  // For the log as JSON lines, whatever the command makes of it.
  const server = await startServer({ ...options, env: { LOG_FORMAT: 'json', ...options.env } });
  const readings = readingsOf(() => server.log());
  const reload = async (): Promise<Reading> => {
    const before = readings().length;
    process.kill(server.pid, 'SIGHUP');
    await expect.poll(() => readings().length, { timeout: 8_000 }).toBeGreaterThan(before);
    return readings()[before] as Reading; // there is one more
  };
  return {
    ...server,
    readings,
    reload,
    edit(file, change) {
      const path = join(server.folder, file);
      const next = change(readFileSync(path, 'utf8'));
      writeFileSync(`${path}.new`, next);
      renameSync(`${path}.new`, path);
    },
    async accept() {
      const { result, line } = await reload();
      expect(result, JSON.stringify(line)).toBe('accepted');
    },
    async refuse() {
      const { result, line } = await reload();
      expect(result, JSON.stringify(line)).toBe('refused');
      return String(line['msg']);
    },
  };
}

/** The lines about readings in a log of JSON lines that grows; what was read once is not read again. */
export function readingsOf(log: () => string): () => readonly Reading[] {
  const found: Reading[] = [];
  let from = 0;
  return () => {
    const text = log();
    const to = text.lastIndexOf('\n') + 1;
    for (const line of text.slice(from, to).split('\n')) found.push(...readingIn(line));
    from = Math.max(from, to);
    return [...found];
  };
}

function readingIn(text: string): readonly Reading[] {
  if (!text.startsWith('{')) return [];
  const line = JSON.parse(text) as Reading['line'];
  if (read(line, 'event') === 'configuration.reloaded') return [{ result: 'accepted', line }];
  return String(line['msg']).startsWith('The configuration is not taken') ? [{ result: 'refused', line }] : [];
}
