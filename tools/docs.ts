// npm run docs: writes the pages below docs/ that are made from the code. A test compares them with what runs.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolvePluginImports } from '../src/hook/plugin-imports.ts';
import { eventPages } from './event-page.ts';
import { flowPages } from './flow-pages.ts';

resolvePluginImports();
const folder = fileURLToPath(new URL('../docs/flows/', import.meta.url));
await mkdir(folder, { recursive: true });
const pages = await flowPages();
for (const name of await readdir(folder)) if (!pages.has(name)) await rm(join(folder, name));
for (const [name, text] of pages) await writeFile(join(folder, name), text);
console.log(`docs/flows: ${[...pages.keys()].join(', ')}`);
const events = eventPages();
for (const [name, text] of events)
  await writeFile(fileURLToPath(new URL(`../docs/reference/${name}`, import.meta.url)), text);
console.log(`docs/reference: ${[...events.keys()].join(', ')}`);
