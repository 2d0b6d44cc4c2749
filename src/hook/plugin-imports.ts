import { createRequire, registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { lookAt, type Look } from '../config/source/noted-files.ts';
import { importModule, LOADER } from './import-hook.ts';
import type { Modules } from './modules.ts';

const OWN_MODULES: ReadonlyMap<string, string> = new Map([
  ['sallyport/plugin', 'plugin'],
  ['sallyport/plugin/test', 'testing/hook-test'],
]);

/** Name of the query that gives a file that has changed a URL which Node has not seen. */
const EDITION = 'sallyport-edition';

/** A file of the operator's. */
interface Known {
  /** As Node read it last. */
  readonly look: Look;
  /** The files that it imports. */
  readonly imports: Set<string>;
}

/** A file that was asked for. */
interface Entry {
  /** 0: under its plain URL. */
  readonly edition: number;
  /** It and all files that it imports, with what they held. */
  readonly looks: ReadonlyMap<string, Look>;
}

/**
 * From now on `sallyport/plugin` means this very server, from wherever it is imported; so a hook in a folder of its own
 * needs no installation. Called once by main; `undo` undoes it.
 *
 * A file that has changed is imported under a new URL, and so are the files that it imports, except packages. Node frees no
 * module: each edition stays in memory (docs/decisions/0036).
 */
export function resolvePluginImports(here: string = import.meta.url): Modules & { undo(): void } {
  const known = new Map<string, Known>();
  const entries = new Map<string, Entry>();
  let newest = 0;
  const hooks = registerResolve(here, known);

  return {
    undo: () => hooks.deregister(),
    async load(file, note) {
      const before = entries.get(file);
      let edition = before?.edition ?? 0;
      if (before !== undefined && hasChanged(before)) {
        forget(here, known, before.looks.keys());
        newest += 1;
        edition = newest;
      }
      meet(known, file, undefined);
      const url = pathToFileURL(file).href;
      try {
        return await importModule(edition === 0 ? url : editionUrl(url, String(edition)));
      } finally {
        const looks = closureOf(known, file);
        entries.set(file, { edition, looks });
        for (const [path, look] of looks) note(path, unlessChanged(path, look));
      }
    },
  };
}

/** Teaches Node the names of our own modules, and follows what the operator's files import. */
function registerResolve(here: string, known: Map<string, Known>): { deregister(): void } {
  const ending = here.endsWith('.ts') ? 'ts' : 'js';
  return registerHooks({
    resolve(specifier, context, nextResolve) {
      const own = OWN_MODULES.get(specifier);
      if (own !== undefined) return { url: new URL(`../${own}.${ending}`, here).href, shortCircuit: true };
      const { parentURL = '' } = context;
      const importer = fileOfUrl(parentURL);
      const isOperators = importer !== undefined && known.has(importer);
      let resolved;
      try {
        resolved = nextResolve(specifier, context);
      } catch (error) {
        // The file that is missing may come.
        const missing = isOperators ? missingFile(error) : undefined;
        if (missing !== undefined) meet(known, missing, importer);
        throw error;
      }
      // A hook beside a configuration file has no package.json that would say so, and Node would warn of having guessed.
      const guessed = parentURL === LOADER && /\.ts(?:\?|$)/.test(resolved.url);
      if (guessed) return { ...resolved, format: 'module-typescript' };
      const file = isOperators ? fileOfUrl(resolved.url) : undefined;
      if (file === undefined || file.includes('/node_modules/')) return resolved;
      meet(known, file, importer);
      const edition = new URL(parentURL).searchParams.get(EDITION);
      // What is required is found by its path, whatever its URL.
      if (edition === null || context.conditions.includes('require')) return resolved;
      return { ...resolved, url: editionUrl(resolved.url, edition) };
    },
  });
}

function meet(known: Map<string, Known>, file: string, importer: string | undefined): void {
  if (!known.has(file)) known.set(file, { look: lookAt(file), imports: new Set() });
  if (importer !== undefined) known.get(importer)?.imports.add(file);
}

function forget(here: string, known: Map<string, Known>, files: Iterable<string>): void {
  const { cache } = createRequire(here);
  for (const file of files) {
    known.delete(file);
    Reflect.deleteProperty(cache, file);
  }
}

/** A file with everything that it imports, directly or not. */
function closureOf(known: ReadonlyMap<string, Known>, file: string, into = new Map<string, Look>()): Map<string, Look> {
  const found = known.get(file);
  if (found === undefined || into.has(file)) return into;
  into.set(file, found.look);
  for (const each of found.imports) closureOf(known, each, into);
  return into;
}

const hasChanged = ({ looks }: Entry): boolean =>
  [...looks].some(([path, { digest }]) => lookAt(path).digest !== digest);

/** How a file looks now if it still holds what was imported; else how it looked then, so that it counts as changed. */
function unlessChanged(file: string, imported: Look): Look {
  const now = lookAt(file);
  return now.digest === imported.digest ? now : imported;
}

function editionUrl(url: string, edition: string): string {
  const changed = new URL(url);
  changed.searchParams.set(EDITION, edition);
  return changed.href;
}

/** The path of a `file:` URL, without its query. */
function fileOfUrl(url: string): string | undefined {
  if (!url.startsWith('file:')) return undefined;
  try {
    return fileURLToPath(url.replace(/[?#].*$/, ''));
  } catch {
    return undefined; // a URL of another system
  }
}

function missingFile(error: unknown): string | undefined {
  return error instanceof Error && 'url' in error && typeof error.url === 'string' ? fileOfUrl(error.url) : undefined;
}
