import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MethodName } from '../config/config.ts';
import type { NotedFiles } from '../config/source/noted-files.ts';
import { codeOf, describeFailure } from '../kernel/failure.ts';
import type { Issue, IssueCode, Place } from '../kernel/issue.ts';
import { OWN_NAMES } from './built-in-placement.ts';
import type { Discovered, FoundHook } from './found-hook.ts';
import { withinHook } from './hook-scope.ts';
import { importHook, importModule, messageOf, type HookFile, type ImportTerms } from './import-hook.ts';
import { entryPoint, findManifest } from './package-entry.ts';
import { placeInFile } from './place-in-file.ts';
import { checkShape } from './validate-hook.ts';

export interface Discovery extends Partial<ImportTerms> {
  /** Folders of hooks besides our own; one that does not exist holds none. */
  readonly folders: readonly string[];
  /** Absolute paths of files or folders, and npm packages. */
  readonly packages: readonly { readonly name: string; readonly place: Place | undefined }[];
  /** The methods that a place may name. */
  readonly methods: readonly MethodName[];
  /** The folder that packages are looked for from. */
  readonly resolveFrom: string;
  readonly bundled?: string;
  /** Is told of each folder and manifest before it is read. */
  readonly note?: Pick<NotedFiles, 'file' | 'folder'>;
}

/** Our own hooks: `plugins/` beside `src/`, or beside `dist/src/` when built. */
export const BUNDLED = fileURLToPath(new URL('../../plugins/', import.meta.url));

const HOOK_FILE = /^[a-z][a-z0-9_]*\.(?:ts|js|mjs)$/;
const CODE_FILE = /\.(?:[cm]?[jt]s|[jt]sx)$/;
/** Beside hooks stand their tests and, once built, their types. */
const NO_HOOK = /\.(?:test|spec)\.[cm]?[jt]s$|\.d\.[cm]?ts$/;
const LIMIT_MS = 5_000;

/** Loads every hook there is, once, at start. Whatever is wrong with one is an issue, never a crash. */
export async function discoverHooks(discovery: Discovery): Promise<Discovered> {
  const search: Search = {
    load: importModule,
    within: withinHook,
    limitMs: LIMIT_MS,
    ...discovery,
    hooks: new Map(),
    issues: [],
    warnings: [],
  };
  await searchFolder(discovery.bundled ?? BUNDLED, 'bundled', search);
  for (const folder of discovery.folders) await searchFolder(folder, 'file', search);
  for (const [i, entry] of discovery.packages.entries()) await searchEntry(entry, `plugins[${i}]`, search);
  return { hooks: search.hooks, issues: search.issues, warnings: search.warnings };
}

interface Search extends ImportTerms, Pick<Discovery, 'resolveFrom' | 'methods' | 'note'> {
  readonly hooks: Map<string, FoundHook>;
  readonly issues: Issue[];
  readonly warnings: Issue[];
}

async function searchFolder(folder: string, origin: FoundHook['origin'], search: Search): Promise<void> {
  let names: readonly string[];
  if (origin !== 'bundled') search.note?.folder(folder);
  try {
    names = await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    search.issues.push({
      code: 'plugin-file',
      place: undefined,
      path: folder,
      found: `it cannot be read: ${describeFailure(error)}`,
      allowed: 'a folder of hooks',
    });
    return;
  }
  for (const name of names.toSorted()) {
    const path = join(folder, name);
    if (HOOK_FILE.test(name)) await loadInside(path, folder, origin, search);
    else if (CODE_FILE.test(name) && !NO_HOOK.test(name)) {
      const allowed =
        'a name of small letters, digits and _ that ends in .ts, .js or .mjs; what hooks share goes into a folder below';
      search.warnings.push({
        code: 'plugin-name',
        place: undefined,
        path,
        found: 'the name is not one of a hook, so it is not loaded',
        allowed,
      });
    }
  }
}

/** Only regular files that really are in this folder, whatever links say. */
async function loadInside(path: string, folder: string, origin: FoundHook['origin'], search: Search): Promise<void> {
  const refuse = (found: string): void => {
    search.issues.push({
      code: 'plugin-file',
      place: undefined,
      path,
      found,
      allowed: 'a regular file inside the folder',
    });
  };
  try {
    const [real, root] = await Promise.all([realpath(path), realpath(folder)]);
    if (!real.startsWith(root.endsWith(sep) ? root : root + sep))
      return refuse('it is a link that leads out of the folder');
    if (!(await stat(real)).isFile()) return refuse('it is not a regular file');
    await loadHook({ path, real, named: basename(path, extname(path)), origin, from: undefined }, search);
  } catch (error) {
    refuse(`it cannot be read: ${describeFailure(error)}`);
  }
}

/** An entry of `plugins:`. */
async function searchEntry(
  { name, place }: Discovery['packages'][number],
  path: string,
  search: Search,
): Promise<void> {
  const refuse = (found: string, allowed: string): void => {
    search.issues.push({ code: 'plugin-package', place, path, found: `${JSON.stringify(name)}: ${found}`, allowed });
  };
  if (!isAbsolute(name)) {
    const manifest = findManifest(name, search.resolveFrom);
    if (manifest === undefined)
      return refuse('there is no such package', `the path of a hook, or a package installed for ${search.resolveFrom}`);
    return loadPackage(manifest, { place, path }, search, refuse);
  }
  search.note?.folder(name);
  try {
    if ((await stat(name)).isDirectory()) {
      const manifest = join(name, 'package.json');
      if (await exists(manifest)) return await loadPackage(manifest, { place, path }, search, refuse);
      return await searchFolder(name, 'file', search);
    }
    if (!HOOK_FILE.test(basename(name)))
      return refuse('the file name is not one of a hook', 'small letters, digits and _, ending in .ts, .js or .mjs');
    return await loadInside(name, dirname(name), 'file', search);
  } catch (error) {
    return refuse(`it cannot be read: ${describeFailure(error)}`, 'a file, a folder or a package');
  }
}

async function loadPackage(
  manifest: string,
  from: { readonly place: Place | undefined; readonly path: string },
  search: Search,
  refuse: (found: string, allowed: string) => void,
): Promise<void> {
  let content: unknown;
  search.note?.file(manifest);
  try {
    content = JSON.parse(await readFile(manifest, 'utf8'));
  } catch (error) {
    return refuse(`its package.json cannot be read: ${describeFailure(error)}`, 'a package');
  }
  const target = entryPoint(content);
  if (target === undefined)
    return refuse('its package.json has no main and no exports for "."', 'a package whose main file exports a hook');
  const path = join(dirname(manifest), target);
  try {
    const [real, root] = await Promise.all([realpath(path), realpath(dirname(manifest))]);
    if (!real.startsWith(root + sep) || !(await stat(real)).isFile())
      return refuse(`its main file ${target} is not a file of the package`, 'a file of the package');
    return await loadHook({ path, real, named: undefined, origin: 'package', from }, search);
  } catch (error) {
    return refuse(`its main file ${target} cannot be read: ${describeFailure(error)}`, 'a main file that is there');
  }
}

interface Source extends HookFile {
  /** The name that the file has; a package may have any. */
  readonly named: string | undefined;
  readonly origin: FoundHook['origin'];
  /** The line of the configuration that asked for it. */
  readonly from: { readonly place: Place | undefined; readonly path: string } | undefined;
}

async function loadHook(source: Source, search: Search): Promise<void> {
  const text = await readFile(source.real, 'utf8');
  const refuse = (code: IssueCode, path: string, found: string, allowed: string, place?: Place): void => {
    const at = place ?? source.from?.place ?? placeInFile(source.path, text, path);
    // The place names the file, unless it is the line that asked for the hook.
    const where = at.file === source.path ? path || 'the hook' : path === '' ? source.path : `${source.path}: ${path}`;
    search.issues.push({ code, place: at, path: where, found, allowed });
  };
  const loaded = await importHook(source, search);
  if ('problem' in loaded)
    return refuse('plugin-load', '', loaded.problem.found, loaded.problem.allowed, loaded.problem.place);

  let shape: ReturnType<typeof checkShape>;
  try {
    shape = withinHook(source.path, () => checkShape(loaded.value, search.methods));
  } catch (error) {
    return refuse(
      'plugin-shape',
      '',
      `its default export cannot be read: ${messageOf(error)}`,
      'export default defineHook({ … })',
    );
  }
  const { hook, problems } = shape;
  for (const { path, found, allowed } of problems) refuse('plugin-shape', path, found, allowed);
  if (hook === undefined) return;
  if (source.named !== undefined && hook.name !== source.named) {
    return refuse('plugin-name', 'name', JSON.stringify(hook.name), `"${source.named}", the name of the file`);
  }
  if (source.origin !== 'bundled' && OWN_NAMES.has(hook.name)) {
    return refuse('plugin-name', 'name', JSON.stringify(hook.name), 'another name: the server has a hook of this one');
  }
  const other = search.hooks.get(hook.name);
  if (other !== undefined && other.file === source.real) return; // found twice, such as in plugins/ and under plugins:
  if (other !== undefined)
    return refuse('plugin-name', 'name', JSON.stringify(hook.name), `another name: ${other.file} has this one`);
  search.hooks.set(hook.name, { hook, file: source.real, origin: source.origin });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
