import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SallyportError } from '../../kernel/error.ts';
import { describeFailure } from '../../kernel/failure.ts';
import { decodeUtf8 } from '../../kernel/utf8.ts';

/** Where relative paths start: the folder of the configuration, then the working directory. */
export type Folders = readonly string[];

/** A path made absolute: below the first folder that has it, else below the first. */
export function findPath(path: string, folders: Folders): string {
  const paths = folders.map((folder) => resolve(folder, path));
  return paths.find((each) => existsSync(each)) ?? paths[0] ?? resolve(path);
}

/** The path a `file://` URI means. */
export function fileOf(uri: string, folders: Folders): string | undefined {
  if (!uri.startsWith('file://')) return undefined;
  const rest = uri.slice('file://'.length);
  if (rest === '' || rest.includes('\0')) return undefined;
  if (!isAbsolute(rest)) return findPath(rest, folders);
  try {
    return fileURLToPath(uri);
  } catch {
    // A broken percent escape: the text is taken as the path.
    return resolve(rest);
  }
}

/** True for a file that is imported, and not read. */
export const isCode = (file: string): boolean => /\.[cm]?[jt]s$/.test(file);

const BASE64 = 'base64://';
export const isBase64 = (uri: string): boolean => uri.startsWith(BASE64);

/** Every path that a `file://` URI may mean: which of them it means depends on which files there are. */
export function pathsOf(uri: string, folders: Folders): readonly string[] {
  const rest = uri.startsWith('file://') ? uri.slice('file://'.length) : '';
  if (rest !== '' && !rest.includes('\0') && !isAbsolute(rest)) return folders.map((folder) => resolve(folder, rest));
  const file = fileOf(uri, folders);
  return file === undefined ? [] : [file];
}

/** The text of a `base64://` URI; undefined when it is no standard base64, or of no UTF-8. The padding may be missing. */
export function decodeBase64(uri: string): string | undefined {
  const text = uri.slice(BASE64.length);
  const digits = text.replace(/={1,2}$/, '');
  const isValid = /^[A-Za-z0-9+/]*$/.test(digits) && digits.length % 4 !== 1;
  const isPadded = text === digits || text.length % 4 === 0;
  return isValid && isPadded ? decodeUtf8(Buffer.from(digits, 'base64')) : undefined;
}

/** What a content URI (`file://`, `base64://`, `http(s)://`) holds; throws `SallyportError` naming the URI's kind. */
export async function readContent(
  uri: string,
  folders: Folders,
  fetchText: (url: string) => Promise<string>,
): Promise<string> {
  if (isBase64(uri)) {
    const text = decodeBase64(uri);
    if (text !== undefined) return text;
    throw new SallyportError(
      'invalid_configuration',
      'A base64:// URI does not hold a text in UTF-8 as standard base64.',
    );
  }
  if (/^https?:\/\//.test(uri)) return fetchText(uri);
  const file = fileOf(uri, folders);
  if (file === undefined) {
    throw new SallyportError('invalid_configuration', 'A content URI begins with file://, base64:// or http(s)://.');
  }
  const text = decodeUtf8(await readBytes(file, () => lookedFor(uri, file, folders)));
  if (text === undefined) throw new SallyportError('invalid_configuration', `The file ${file} is not UTF-8.`);
  return text;
}

async function readBytes(file: string, looked: () => string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    const reason = `The file ${looked()} cannot be read: ${describeFailure(cause)}.`;
    throw new SallyportError('invalid_configuration', reason, { cause });
  }
}

/** Every path that was tried. */
function lookedFor(uri: string, file: string, folders: Folders): string {
  const rest = uri.slice('file://'.length);
  if (isAbsolute(rest) || existsSync(file)) return file;
  return [...new Set(folders.map((folder) => resolve(folder, rest)))].join(', nor ');
}
