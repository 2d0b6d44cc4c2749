import { readFile } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SallyportError } from '../../kernel/error.ts';

/** The path a `file://` URI means: absolute, or relative to the folder of the configuration. */
export function fileOf(uri: string, folder: string): string | undefined {
  if (!uri.startsWith('file://')) return undefined;
  const rest = uri.slice('file://'.length);
  if (rest === '' || rest.includes('\0')) return undefined;
  if (!isAbsolute(rest)) return resolve(folder, rest);
  try {
    return fileURLToPath(uri);
  } catch {
    // A broken percent escape: the text is taken as the path.
    return resolve(rest);
  }
}

/** What a content URI (`file://`, `base64://`, `http(s)://`) holds; throws `SallyportError` naming the URI's kind. */
export async function readContent(
  uri: string,
  folder: string,
  fetchText: (url: string) => Promise<string>,
): Promise<string> {
  if (uri.startsWith('base64://')) {
    const text = uri.slice('base64://'.length);
    if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
      return Buffer.from(text, 'base64').toString('utf8');
    }
    throw new SallyportError('invalid_configuration', 'A base64:// URI does not hold standard base64.');
  }
  if (/^https?:\/\//.test(uri)) return fetchText(uri);
  const file = fileOf(uri, folder);
  if (file === undefined) {
    throw new SallyportError('invalid_configuration', 'A content URI begins with file://, base64:// or http(s)://.');
  }
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new SallyportError('invalid_configuration', `The file ${file} cannot be read.`, { cause });
  }
}
