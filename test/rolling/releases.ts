import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MAIN } from '../support/server.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** A build that can be started. */
export interface Release {
  readonly program: string;
  remove(): void;
}

/** The code that is tested. */
export const THIS: Release = { program: MAIN, remove: () => undefined };

/** The package of the release before, as it was published, beside the packages of this checkout. */
export function unpackBefore(): Release {
  const [archive, ...others] = readdirSync(here).filter((file) => file.endsWith('.tgz'));
  if (archive === undefined || others.length > 0) throw new Error('One package of the release before belongs here.');
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-before-'));
  execFileSync('tar', ['-xzf', join(here, archive), '-C', folder]);
  symlinkSync(modules, join(folder, 'node_modules'), 'junction');
  const program = join(folder, 'package', 'dist', 'src', 'main.js');
  if (!existsSync(program)) throw new Error(`${archive} holds no program.`);
  return { program, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
