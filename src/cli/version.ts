import process from 'node:process';
import type { Command } from 'commander';
import { readVersion } from '../app/version.ts';
import type { CommandContext } from './command-context.ts';

export function defineVersion(command: Command, { output }: CommandContext): void {
  command.action(async () => output.print(`sallyport ${await readVersion()} on Node ${process.versions.node}`));
}
