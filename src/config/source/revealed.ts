import { readFileSync } from 'node:fs';
import { describeFailure } from '../../kernel/failure.ts';
import { decodeUtf8 } from '../../kernel/utf8.ts';
import { decodeBase64, fileOf, isBase64, pathsOf, type Folders } from './content.ts';
import type { Problems } from './problems.ts';
import type { YamlScalar } from './yaml-tree.ts';

/** Is told of each file before it is read. */
export type Note = (path: string) => void;

/** Random bytes read as a text would lose most of what makes them hard to guess. */
const TEXT = 'a text in UTF-8; for random bytes write their base64 itself, without base64:// in front';

/** A secret may stand in a file of its own, or in base64. */
export function revealed(
  { folders, problems, note }: { readonly folders: Folders; readonly problems: Problems; readonly note: Note },
  tree: YamlScalar,
): YamlScalar | undefined {
  if (typeof tree.value !== 'string') return tree;
  if (isBase64(tree.value)) {
    const value = decodeBase64(tree.value);
    if (value !== undefined) return { ...tree, value };
    problems.error(tree, 'unreadable', 'is no text in base64', TEXT);
    return undefined;
  }
  for (const path of pathsOf(tree.value, folders)) note(path);
  const file = fileOf(tree.value, folders);
  if (file === undefined) return tree;
  try {
    const value = decodeUtf8(readFileSync(file))?.replace(/\r?\n$/, '');
    if (value !== undefined) return { ...tree, value };
    problems.error(tree, 'unreadable', 'names a file that holds no text', TEXT);
    return undefined;
  } catch (error) {
    // Reading goes on, so that all problems are reported at once; the error's text would name a secret's file.
    const found = `names a file that cannot be read: ${describeFailure(error)}`;
    problems.error(tree, 'unreadable', found, 'name a file that holds the value');
    return undefined;
  }
}
