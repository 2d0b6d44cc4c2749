import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, type BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What was found under a path. */
export interface Look {
  /** Changes whenever the file or folder does; of a folder, when an entry comes, goes or is renamed. */
  readonly signature: string;
  /** SHA-256 of a file's content; of a folder and of what is not there, empty. */
  readonly digest: string;
}

/** The files, folders and fetched texts that a configuration was read from. */
export interface NotedFiles {
  /** Called right before a file is read, so that a change during the reading is seen as a change after it. */
  file(path: string, look?: Look): void;
  /** Called right before the entries of a folder are read. */
  folder(path: string): void;
  /** The folder with all folders and all files of these endings below it. */
  tree(path: string, endings: readonly string[]): void;
  /** A text that is in no file. */
  text(name: string, content: string): void;
  /** Of all contents: two readings with the same digest found the same. */
  digest(): string;
  readonly looks: ReadonlyMap<string, Pick<Look, 'signature'>>;
}

/** Follows links: a link that leads elsewhere now is a change. */
export function lookAt(path: string): Look {
  try {
    const found = statSync(path, { bigint: true });
    return { signature: signatureOf(found), digest: found.isFile() ? hash(readFileSync(path)) : '' };
  } catch (error) {
    return { signature: absence(error), digest: '' };
  }
}

export function createNotedFiles(): NotedFiles {
  const looks = new Map<string, Look>();
  const texts = new Map<string, string>();
  const note = (path: string, look: Look): void => {
    // The first look counts: what is read later may be newer, and then the file is seen to have changed.
    if (!looks.has(path)) looks.set(path, look);
  };
  const folder = (path: string): void => note(path, { ...lookAt(path), digest: '' });
  const file = (path: string, look?: Look): void => {
    if (!looks.has(path)) note(path, look ?? lookAt(path));
  };
  return {
    file,
    folder,
    tree(path, endings) {
      folder(path);
      for (const { parentPath, name, isFolder } of below(path)) {
        const each = join(parentPath, name);
        if (isFolder) folder(each);
        else if (endings.some((ending) => name.endsWith(ending))) file(each);
      }
    },
    text: (name, content) => void texts.set(name, hash(content)),
    digest() {
      const contents = [...looks].map(([path, { digest }]) => [path, digest] as const);
      return hash(JSON.stringify([...contents, ...texts].toSorted(([a], [b]) => (a < b ? -1 : 1))));
    },
    looks,
  };
}

/** Whether anything looks different from when it was noted; and how all of it looks now, as one text. */
export async function lookAgain(
  looks: ReadonlyMap<string, Pick<Look, 'signature'>>,
): Promise<{ readonly changed: boolean; readonly now: string }> {
  const now: string[] = [];
  let changed = false;
  for (const [path, { signature }] of looks) {
    const found = await stat(path, { bigint: true }).then(signatureOf, absence);
    if (found !== signature) changed = true;
    now.push(found);
  }
  return { changed, now: now.join() };
}

const signatureOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  `${dev}.${ino}.${size}.${mtimeNs}.${ctimeNs}`;

const absence = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';

const hash = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex');

interface Below {
  readonly parentPath: string;
  readonly name: string;
  readonly isFolder: boolean;
}

function below(root: string): readonly Below[] {
  try {
    return readdirSync(root, { recursive: true, withFileTypes: true }).map((entry) => ({
      parentPath: entry.parentPath,
      name: entry.name,
      isFolder: entry.isDirectory(),
    }));
  } catch {
    return []; // whoever reads the folder says what is wrong with it
  }
}
