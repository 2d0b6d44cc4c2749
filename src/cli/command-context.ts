import { Option, type Command } from 'commander';
import type { Sallyport } from '../app/build-app.ts';
import type { Modules } from '../hook/modules.ts';
import type { Output } from './output.ts';

/** What a command may know of the process it runs in. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly output: Output;
  /** Resolves with the name of the signal that ends the process. */
  readonly ended: Promise<string>;
  /** From now on SIGHUP does not end the process but calls this. */
  onHangup(listener: () => void): void;
  /** Imports plugins and mappers, anew when they have changed. */
  readonly modules: Modules;
  ask(question: string): Promise<boolean>;
  /** Makes an error that no code catches end this server, and with it the process. */
  guard(app: Sallyport): void;
}

/** Gives a command its arguments, options, help and action; its name and description are in `program.ts`. */
export type DefineCommand = (command: Command, context: CommandContext) => void;

/** Adds a value to the ones before it: an option that may be given several times. */
export const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** Flags of the reference that have nothing to do here. */
const WITHOUT_EFFECT = {
  '--sqa-opt-out': 'nothing is sent to anybody',
  '--disable-telemetry': 'nothing is sent to anybody',
  '--quiet': 'what is printed is what was asked for',
} as const;
type WithoutEffect = keyof typeof WITHOUT_EFFECT;

/** Options that a command line written for the reference may carry; `sayWithoutEffect` says that they do nothing. */
export const withoutEffect = (flag: WithoutEffect, short?: string): Option =>
  new Option(short === undefined ? flag : `${short}, ${flag}`).hideHelp();

/** Warns of each option without effect that was given. */
export function sayWithoutEffect(output: Output, options: object): void {
  for (const [flag, why] of Object.entries(WITHOUT_EFFECT)) {
    const name = flag.slice(2).replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    if (name in options) output.warn(`${flag} has no effect: ${why}.`);
  }
}

/** The option `-c`, which nearly every command has. */
export const configurationFiles = (): Option =>
  new Option('-c, --config <file>', 'configuration file; several are merged, later ones win')
    .argParser(collect)
    .default([]);
