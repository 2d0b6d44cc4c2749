import process from 'node:process';
import { readVersion } from '../app/version.ts';
import type { Surroundings } from './program.ts';

/** Prints the version. */
export async function version({ output }: Surroundings): Promise<void> {
  output.print(`sallyport ${await readVersion()} on Node ${process.versions.node}`);
}
