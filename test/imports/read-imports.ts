import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../src/', import.meta.url));

/** One import, of types or of values; `target` is a file of src/ or the name of a package. */
export interface Import {
  readonly file: string;
  readonly target: string;
  readonly isPackage: boolean;
}

/** The files of src/ that are no tests. */
export function sources(): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/\.(?:test|fixture|d)\.ts$/.test(file),
  );
}

const IMPORT = /^\s*(?:import|export|\})[^'"\n]*from '([^']+)'|\bimport\('([^']+)'\)|^import '([^']+)'/gm;

export function readImports(): readonly Import[] {
  return sources().flatMap((file) => importsIn(file, readFileSync(join(root, file), 'utf8')));
}

function importsIn(file: string, text: string): readonly Import[] {
  return [...text.matchAll(IMPORT)].flatMap(([, from, lazy, bare]): readonly Import[] => {
    const written = from ?? lazy ?? bare ?? '';
    if (written.startsWith('node:')) return [];
    if (!written.startsWith('.')) return [{ file, target: packageOf(written), isPackage: true }];
    return [{ file, target: relative(root, resolve(root, dirname(file), written)), isPackage: false }];
  });
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
