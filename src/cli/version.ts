import type { Command } from 'commander';
import { describePlatform, readVersion } from '../app/version.ts';
import type { CommandContext } from './command-context.ts';

export function defineVersion(command: Command, { output }: CommandContext): void {
  command.action(async () => output.print(`sallyport ${await readVersion()} on ${await describePlatform()}`));
}
