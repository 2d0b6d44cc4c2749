import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { pathToFileURL } from 'node:url';
import { isObject } from '../kernel/json.ts';
import type { Place } from '../kernel/issue.ts';

/** The file whose `import()` loads hooks: this one, also where the program is bundled. */
export const LOADER = import.meta.url;

/** Imports a file of the operator's, with `sallyport/plugin` meaning this server. */
export const importModule = (url: string): Promise<unknown> => import(url);

/** A file that is loaded. */
export interface HookFile {
  /** As the operator knows it. */
  readonly path: string;
  /** After all links. */
  readonly real: string;
}

export interface ImportTerms {
  readonly load: (url: string) => Promise<unknown>;
  /** Runs the loading of a file so that errors it leaves behind are reported as its own. */
  readonly within: <T>(file: string, work: () => T) => T;
  /** Milliseconds a file may take to load. */
  readonly limitMs: number;
}

/** The default export of a file, or why there is none. */
type Imported = { readonly value: unknown } | { readonly problem: ImportProblem };
export interface ImportProblem {
  readonly found: string;
  readonly allowed: string;
  readonly place?: Place | undefined;
}

/** Imports the default export of a file within its time limit. */
export async function importHook(source: HookFile, { load, within, limitMs }: ImportTerms): Promise<Imported> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Imported>((resolve) => {
    const found = `it has not finished loading after ${limitMs / 1_000} seconds`;
    timer = setTimeout(
      () => resolve({ problem: { found, allowed: 'a file that only declares a hook; work belongs into its `run`' } }),
      limitMs,
    );
  });
  const url = pathToFileURL(source.real).href;
  const loading = within(source.real, () => Promise.resolve().then(() => load(url))).then((module): Imported => ({
    value: isObject(module) ? module['default'] : undefined,
  }));
  try {
    return await Promise.race([
      loading.catch(async (error: unknown) => ({ problem: await explainFailure(error, source) })),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}

/** What went wrong while a file was loaded, as a sentence, with the line where there is one. */
async function explainFailure(error: unknown, source: HookFile): Promise<ImportProblem> {
  const code = codeOf(error);
  const place = placeOf(error, source) ?? (error instanceof SyntaxError ? await placeInText(source) : undefined);
  const said = messageOf(error);
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') {
    return {
      found: `it uses TypeScript that cannot be stripped: ${said}`,
      allowed:
        'TypeScript that leaves plain JavaScript when its types are removed: no enum, no namespace, no parameter property',
      place,
    };
  }
  if (code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING') {
    return {
      found: 'it is TypeScript inside node_modules, which Node does not run',
      allowed: 'a package that is published as JavaScript',
      place,
    };
  }
  if (code === 'ERR_MODULE_NOT_FOUND') return { found: said, allowed: 'a file or an installed package', place };
  if (error instanceof SyntaxError)
    return { found: `it does not parse: ${said}`, allowed: 'TypeScript or JavaScript, as a module', place };
  return { found: `it throws while it is loaded: ${said}`, allowed: 'a file that only declares a hook', place };
}

/** Node begins the stack of a syntax error with `file:line`; an error thrown has the file in one of its frames. */
function placeOf(error: unknown, { path, real }: HookFile): Place | undefined {
  const stack = readString(error, 'stack');
  for (const name of [pathToFileURL(real).href, real]) {
    for (let at = stack.indexOf(name); at >= 0; at = stack.indexOf(name, at + 1)) {
      // Behind the URL of a file that was imported anew stands its edition.
      const [, line, column] = /^(?:\?[^\s:]*)?:(\d+)(?::(\d+))?/.exec(stack.slice(at + name.length)) ?? [];
      if (line !== undefined) return { file: path, line: Number(line), column: Number(column ?? columnOf(stack)) };
    }
  }
  return undefined;
}

/** Node underlines what it does not like; its first mark is the column. */
function columnOf(stack: string): number {
  const marks = /^( *)\^+$/m.exec(stack);
  return (marks?.[1]?.length ?? 0) + 1;
}

/** Node does not say where a syntax error in plain JavaScript is; its TypeScript parser reads that too, and does. */
async function placeInText(source: HookFile): Promise<Place | undefined> {
  try {
    stripTypeScriptTypes(await readFile(source.real, 'utf8'), { sourceUrl: source.real });
    return undefined;
  } catch (error) {
    return placeOf(error, source);
  }
}

export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return `${typeof error} thrown`;
  const text = readString(error, 'message').replace(/\s+/g, ' ').trim();
  return text === '' ? readString(error, 'name') : text.slice(0, 300);
}

function codeOf(error: unknown): string {
  return readString(error, 'code') || 'unknown reason';
}

/** What was thrown may be anything, also something that throws when it is read. */
function readString(value: unknown, key: string): string {
  try {
    const read: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
    return typeof read === 'string' ? read : '';
  } catch {
    return ''; // a getter of a hook's own making
  }
}
