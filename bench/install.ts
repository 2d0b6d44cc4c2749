import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What was built as people have it after `npm install`: beside its packages, with the launcher that npm links. */
export function install(): { readonly launcher: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-installed-'));
  const modules = join(folder, 'node_modules');
  const here = join(modules, 'sallyport');
  mkdirSync(here, { recursive: true });
  for (const name of ['bin', 'dist', 'package.json']) cpSync(join(root, name), join(here, name), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction');
  }
  return {
    launcher: join(here, 'bin', 'sallyport.cjs'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
