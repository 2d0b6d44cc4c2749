import { pathToFileURL } from 'node:url';
import { lookAt, type Look } from '../config/source/noted-files.ts';
import { importModule } from './import-hook.ts';

/** Imports files of the operator's. */
export interface Modules {
  /**
   * Imports a file; anew if it, or a file that it imports, has changed since it was last imported. `note` is called with
   * each of these files, also when the import fails.
   */
  load(file: string, note: NoteFile): Promise<unknown>;
}
export type NoteFile = (path: string, look: Look) => void;

/** Imports each file once, as Node does. */
export const plainModules: Modules = {
  async load(file, note) {
    note(file, lookAt(file));
    return importModule(pathToFileURL(file).href);
  },
};
