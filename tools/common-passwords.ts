// Writes src/strategy/password/common.txt from @zxcvbn-ts/language-common 4.1.3 (MIT), installed in the folder given:
//   (in an empty folder) npm install @zxcvbn-ts/language-common@4.1.3 @zxcvbn-ts/dictionary-compression
//   node tools/common-passwords.ts THAT_FOLDER/node_modules/@zxcvbn-ts/language-common
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

/** Passwords that the length rule refuses are left out. */
const SHORTEST = 8;
const folder = path.resolve(process.argv[2] ?? 'package');
const { default: listed } = (await import(pathToFileURL(path.join(folder, 'dist/passwords.json.mjs')).href)) as {
  default: readonly string[] | { readonly [key: string]: unknown };
};
const all = Array.isArray(listed) ? listed : Object.values(listed).flat();
const common = [
  ...new Set(
    all
      .map((each) => String(each).toLowerCase())
      .filter((each) => [...each].length >= SHORTEST && !each.includes('\n')),
  ),
];
common.sort();
await writeFile(new URL('../src/strategy/password/common.txt', import.meta.url), `${common.join('\n')}\n`);
process.stdout.write(`${common.length} passwords\n`);
