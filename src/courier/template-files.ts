import { readdirSync, readFileSync, type Dirent } from 'node:fs';
import { join, relative } from 'node:path';
import { describeFailure } from '../kernel/failure.ts';
import type { Issue } from '../kernel/issue.ts';
import { decodeUtf8 } from '../kernel/utf8.ts';
import type { Part } from './template-parts.ts';

/** One file of `courier.template_override_path` that stands for a part of a message. */
export interface TemplateFile {
  /** `de`, `pt-br`: the folder of a language; undefined: the file serves all languages. */
  readonly locale: string | undefined;
  /** `login_code/valid` */
  readonly folder: string;
  readonly part: Part;
  readonly language: 'eta' | 'go';
  readonly path: string;
  readonly text: string;
  /** Files in the same folder that define pieces of this one. */
  readonly partials: readonly { readonly path: string; readonly text: string }[];
}

const PARTS: readonly (readonly [stem: string, part: Part])[] = [
  ['email.subject', 'subject'],
  ['email.body.plaintext', 'text'],
  ['email.body', 'html'],
  ['sms.body', 'sms'],
];
const LANGUAGES = { eta: 'eta', gotmpl: 'go' } as const;
const LOCALE = /^[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*$/i;

/** Where a file stands below the folder. */
interface FoundFile {
  readonly path: string;
  /** Its folder, with the language. */
  readonly prefix: string;
  readonly name: string;
  /** Its folder, without the language: that of a message, or of none. */
  readonly folder: string;
  /** The folder as a former release called it, where it has such a name. */
  readonly former: string | undefined;
  readonly locale: string | undefined;
}

/** All files below the folder, sorted into messages and parts. A file that no message uses is an issue, never passed over. */
export function readTemplateFiles(
  root: string,
  known: ReadonlySet<string>,
): { readonly files: readonly TemplateFile[]; readonly issues: readonly Issue[]; readonly warnings: readonly Issue[] } {
  const issues: Issue[] = [];
  const warnings: Issue[] = [];
  const found = filesBelow(root, issues).map((path) => locate(path, known));
  const read = (path: string): string => readText(join(root, path), issues);
  warnings.push(...formerFolders(root, found));
  const files = found.flatMap((file): readonly TemplateFile[] => {
    const { path, folder, name, locale } = file;
    const is = known.has(folder) ? partAndLanguage(name) : undefined;
    if (is === undefined) {
      if (mayBeMeant(name) && (!known.has(folder) || !isPartial(name)))
        warnings.push(unusedFile(join(root, path), known));
      return [];
    }
    const stem = name.slice(0, name.lastIndexOf('.'));
    const partials = found
      .filter((other) => other.prefix === file.prefix && isPartial(other.name) && other.name.startsWith(stem))
      .map((other) => ({ path: join(root, other.path), text: read(other.path) }));
    return [{ locale, folder, ...is, path: join(root, path), text: read(path), partials }];
  });
  return { files, issues, warnings };
}

/** A template by its ending, and no other file of somebody who keeps more in the folder. */
const mayBeMeant = (name: string): boolean => Object.keys(LANGUAGES).some((ending) => name.endsWith(`.${ending}`));

function locate(path: string, known: ReadonlySet<string>): FoundFile {
  const slash = path.lastIndexOf('/');
  const prefix = path.slice(0, Math.max(slash, 0));
  const [first = '', ...rest] = prefix.split('/');
  const below = todaysName(rest.join('/'));
  const inLocale = rest.length > 0 && LOCALE.test(first) && known.has(below);
  const written = inLocale ? rest.join('/') : prefix;
  const folder = todaysName(written);
  return {
    path,
    prefix,
    name: path.slice(slash + 1),
    folder,
    former: folder === written ? undefined : written,
    locale: inLocale ? first.toLowerCase().replaceAll('_', '-') : undefined,
  };
}

/** Folders that had another name until v0.3. */
const FORMER_NAMES: ReadonlyMap<string, string> = new Map([
  ['verify/valid', 'verification/valid'],
  ['verify/invalid', 'verification/invalid'],
]);

const todaysName = (folder: string): string => FORMER_NAMES.get(folder) ?? folder;

/** One warning for each folder whose name is an old one. */
function formerFolders(root: string, found: readonly FoundFile[]): readonly Issue[] {
  const first = new Map(
    found.flatMap((file) => (file.former === undefined ? [] : [[file.prefix, file] as const])).toReversed(),
  );
  return [...first.values()].map(({ path, former = '', folder }) => ({
    ...issueAt(join(root, path), `${former} is what v0.3 called this folder`, `rename it to ${folder}`),
    code: 'old-spelling' as const,
  }));
}

/** `email.subject.gotmpl`: the subject, a Go template. */
function partAndLanguage(name: string): Pick<TemplateFile, 'part' | 'language'> | undefined {
  return PARTS.flatMap(([stem, part]) =>
    Object.entries(LANGUAGES).flatMap(([ending, language]) =>
      name === `${stem}.${ending}` ? [{ part, language }] : [],
    ),
  )[0];
}

function unusedFile(file: string, known: ReadonlySet<string>): Issue {
  const stems = PARTS.map(([stem]) => stem).join(', ');
  return issueAt(
    file,
    'no message uses this file',
    `<template>/{${stems}}.{gotmpl,eta}, perhaps in a folder named after a language, with the templates ${[...known].join(', ')}`,
  );
}

function readText(file: string, issues: Issue[]): string {
  try {
    const text = decodeUtf8(readFileSync(file));
    if (text !== undefined) return text;
    issues.push(issueAt(file, 'it is not UTF-8', 'a text file'));
  } catch (error) {
    // The configuration goes on being read; the issue refuses the start.
    issues.push(issueAt(file, `it cannot be read: ${describeFailure(error)}`, 'a text file'));
  }
  return '';
}

/** `email.body.de.gotmpl`: belongs to `email.body.gotmpl`, whose pieces it defines. */
const isPartial = (name: string): boolean =>
  name.endsWith('.gotmpl') &&
  PARTS.some(([stem]) => name.startsWith(`${stem}.`)) &&
  !PARTS.some(([stem]) => name === `${stem}.gotmpl`);

export const issueAt = (file: string, found: string, allowed: string, line = 1, column = 1): Issue => ({
  code: 'template',
  place: { file, line, column },
  path: 'courier.template_override_path',
  found,
  allowed,
});

function filesBelow(root: string, issues: Issue[]): readonly string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(root, { recursive: true, withFileTypes: true });
  } catch (error) {
    // The configuration goes on being read; the issue refuses the start.
    issues.push(issueAt(join(root, '.'), `it cannot be read: ${describeFailure(error)}`, 'a folder of templates'));
    return [];
  }
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}
