import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Scenario {
  /** Without the ending: `login-csrf`. */
  readonly name: string;
  /** One sentence. */
  readonly about: string;
  /** Without folder and ending: `shop`. */
  readonly config: string;
  readonly exchanges: number;
}

export interface Exchange {
  /** `server`: a call the server made while it worked on the next exchange. */
  readonly by?: 'server';
  readonly request: {
    readonly method: string;
    readonly host: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly response: RecordedResponse;
}

export interface RecordedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: unknown;
}

export const TRANSCRIPTS: string = fileURLToPath(new URL('./transcripts/', import.meta.url));

export function loadScenarios(): readonly Scenario[] {
  return parseIndex(readFileSync(`${TRANSCRIPTS}index.json`, 'utf8')).map(({ file, config, ...rest }) => ({
    ...rest,
    name: file.replace(/\.jsonl$/, ''),
    config: config.replace(/^configs\/(.+)\.yml$/, '$1'),
  }));
}

export function loadExchanges(name: string): readonly Exchange[] {
  const lines = readFileSync(`${TRANSCRIPTS}${name}.jsonl`, 'utf8').trimEnd().split('\n');
  return lines.map(parseExchange);
}

export function loadConfig(name: string): string {
  return readFileSync(`${TRANSCRIPTS}configs/${name}.yml`, 'utf8');
}

type IndexEntry = {
  readonly file: string;
  readonly config: string;
  readonly about: string;
  readonly exchanges: number;
};

// Our own files, of the form that the README beside them describes.
const parseIndex = (text: string): readonly IndexEntry[] => JSON.parse(text) as readonly IndexEntry[];
const parseExchange = (line: string): Exchange => JSON.parse(line) as Exchange;
