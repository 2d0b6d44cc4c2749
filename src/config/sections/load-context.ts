import type { DevSecrets } from './dev-secrets.ts';
import type { Listener, Setting } from '../config.ts';
import type { Origin } from '../dialect/dialect.ts';
import type { Problems } from '../source/problems.ts';

export type Command = 'dev' | 'serve' | 'courier' | 'check' | 'migrate';

/** The command that a configuration is read for, and its surroundings. */
export interface LoadContext {
  readonly command: Command;
  /** `sallyport dev`, `serve --dev`, or `dev: true` in the file. */
  readonly dev: boolean;
  /** What is read is going to be served, here or as a part of something else. */
  readonly judged: boolean;
  readonly watchCourier: boolean;
  /** What it says when something is missing that a server cannot do without. */
  readonly missing: 'error' | 'note' | 'nothing';
  /** Absolute. */
  readonly files: readonly string[];
  readonly folder: string;
  /** Where relative paths start, the first that has the file. */
  readonly folders: readonly string[];
  readonly cwd: string;
  readonly stateFolder: string;
  /** The release whose names the files have. */
  readonly origin: Origin;
  /** Values of today that a file of a former release means and does not write, by key. */
  readonly settled: Map<string, Setting>;
  readonly devSecrets: DevSecrets | undefined;
  readonly machine: Machine;
  readonly problems: Problems;
  readonly listening: Listening | undefined;
}

/** The addresses on which listeners are open. */
export type Listening = Readonly<Record<'public' | 'admin', Pick<Listener, 'host' | 'port'>>>;

/** Facts about the machine that the server runs on. */
export interface Machine {
  readonly hostname: string;
  readonly cores: number;
  readonly totalMemory: number;
}
