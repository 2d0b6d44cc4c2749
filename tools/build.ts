// npm run build: dist/, which is what is published. Its folders mirror the checkout – dist/src, dist/plugins,
// dist/migrations – so that a file finds its neighbours at the same relative path before and after the build; what the files
// share lies in dist/chunks.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { billOfMaterials, licenceList, type LockFile } from './bill-of-materials.ts';
import { bundle } from './bundle.ts';

const FOLDERS = ['src', 'plugins', 'migrations'];
/** Folders whose files are found by listing them: nothing but what runs may be there. */
const LISTED = ['plugins', 'migrations'];

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

process.exitCode = await build();

async function build(): Promise<number> {
  rmSync(dist, { recursive: true, force: true });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '--project', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) return 1;
  await bundle(root, dist, sources());
  for (const folder of FOLDERS.filter((name) => existsSync(join(root, name)))) copyAssets(folder);
  for (const folder of LISTED) removeDeclarations(join(dist, folder));
  writeManifest();
  writeMaterials();
  return 0;
}

/** What the compiler does not write: styles, templates, word lists. */
function copyAssets(folder: string): void {
  cpSync(join(root, folder), join(dist, folder), { recursive: true, filter: (source) => !source.endsWith('.ts') });
}

function removeDeclarations(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) if (name.endsWith('.d.ts')) rmSync(join(folder, name));
}

/** So that `sallyport/plugin` in dist/plugins is the plugin API of dist/src, wherever the package lies. */
function writeManifest(): void {
  const { name, version, type, exports } = parseManifest(readFileSync(join(root, 'package.json'), 'utf8'));
  const here = Object.entries(exports).flatMap(([path, target]) =>
    typeof target === 'string' ? [] : [[path, fromDist(target)] as const],
  );
  const manifest = { name, version, type, exports: Object.fromEntries(here) };
  writeFileSync(join(dist, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The sources of what is exported, as `src/plugin.ts`. */
function sources(): readonly string[] {
  const { exports } = parseManifest(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.values(exports).flatMap((target) =>
    typeof target === 'string' ? [] : [target.source.replace('./', '')],
  );
}

/** What is installed with the package, for programs and for people. */
function writeMaterials(): void {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as LockFile; // npm wrote it
  writeFileSync(join(dist, 'sbom.cdx.json'), `${JSON.stringify(billOfMaterials(lock), null, 2)}\n`);
  writeFileSync(join(dist, 'licences.md'), licenceList(lock));
}

function fromDist(target: Target): Partial<Target> {
  const { types, default: main } = target;
  return { types: types.replace('./dist/', './'), default: main.replace('./dist/', './') };
}

interface Target {
  readonly source: string;
  readonly types: string;
  readonly default: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly exports: Readonly<Record<string, Target | string>>;
}

function parseManifest(json: string): Manifest {
  // Our own package.json: if its exports take another shape, this file changes with them.
  return JSON.parse(json) as Manifest;
}
