import { findPackageJSON } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isObject } from '../kernel/json.ts';

/** The package.json of an installed package, looked for from a folder. */
export function findManifest(name: string, from: string): string | undefined {
  try {
    return findPackageJSON(name, pathToFileURL(join(from, 'sallyport.yaml')));
  } catch {
    return undefined; // there is no such package
  }
}

/** What `import` would load: `exports` for ".", by the conditions of Node, else `main`. */
export function entryPoint(manifest: unknown): string | undefined {
  if (!isObject(manifest)) return undefined;
  const { exports, main } = manifest;
  if (exports === undefined) return typeof main === 'string' ? main : 'index.js';
  return conditional(isObject(exports) && '.' in exports ? exports['.'] : exports);
}

function conditional(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!isObject(value)) return undefined;
  for (const condition of Object.keys(value)) {
    if (!['node', 'import', 'module-sync', 'default'].includes(condition)) continue;
    const found = conditional(value[condition]);
    if (found !== undefined) return found;
  }
  return undefined;
}
