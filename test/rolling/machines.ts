import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What rows keep of a machine: the paths of its states, and the digest of all of it. */
export interface StoredMachine {
  readonly shape: string;
  readonly states: readonly string[];
}

/** By file of a configuration, below the root of the project, and kind of flow. */
export type StoredMachines = Readonly<Record<string, Readonly<Record<string, StoredMachine>>>>;

export const EXAMPLES = [
  'examples/minimal/sallyport.yaml',
  'examples/custom-hook/sallyport.yaml',
  'examples/hook-package/sallyport.yaml',
  'examples/first-dialects/jobs.yaml',
  'examples/first-dialects/hooks.yaml',
];

/** Asked for by the examples. */
export const SECRET = { SALLYPORT_COOKIE_SECRET: 'a-secret-that-only-the-tests-know-0123456789' };

interface State {
  readonly states?: States;
}
type States = Readonly<Record<string, State>>;

/** `form.waiting` and all others, in the machine's order. */
export function statePaths(states: States, above: readonly string[] = []): readonly string[] {
  return Object.entries(states).flatMap(([name, { states: inner }]) => {
    const path = [...above, name];
    return inner === undefined ? [path.join('.')] : statePaths(inner, path);
  });
}

const file = fileURLToPath(new URL('./rows/machines.json', import.meta.url));

export function readMachines(): StoredMachines {
  // Written by make.ts.
  return JSON.parse(readFileSync(file, 'utf8')) as StoredMachines;
}

export const writeMachines = (machines: StoredMachines): void =>
  writeFileSync(file, `${JSON.stringify(machines, null, 2)}\n`);
