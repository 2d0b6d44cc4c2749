import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Loaded } from '../../src/config/config.ts';
import { loadConfig, type LoadOptions } from '../../src/config/load.ts';
import { METHODS } from '../../src/strategy/methods.ts';
import { sectionsOf } from '../../src/strategy/registry.ts';

export interface TextOptions extends Partial<Omit<LoadOptions, 'files' | 'cwd'>> {
  /** Further files beside it, by name; those named in `next` are loaded after the first. */
  readonly beside?: Readonly<Record<string, string | Uint8Array>>;
  readonly next?: readonly string[];
  readonly name?: string;
}

export const MACHINE = { hostname: 'box', cores: 2, totalMemory: 8 * 1024 ** 3 };

/** Loads a configuration given as text (or as a value, then written as JSON) from a folder of its own. */
export async function loadText(content: unknown, options: TextOptions = {}): Promise<Loaded> {
  const { beside = {}, next = [], name = 'config.yaml', ...rest } = options;
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-config-'));
  try {
    const text =
      typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content, undefined, 2);
    await writeFile(join(folder, name), text);
    for (const [file, inside] of Object.entries(beside)) await writeFile(join(folder, file), inside);
    return await loadConfig({
      env: {},
      command: 'serve',
      dev: true,
      machine: MACHINE,
      methods: sectionsOf(METHODS),
      ...rest,
      files: [name, ...next],
      cwd: folder,
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}
