import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { eventPages } from '../tools/event-page.ts';
import { flowPages } from '../tools/flow-pages.ts';

const folder = new URL('../docs/flows/', import.meta.url);

test('the pages in docs/flows are the machines that run; else: npm run docs', async () => {
  const pages = await flowPages();
  expect((await readdir(folder)).toSorted()).toEqual([...pages.keys()].toSorted());
  for (const [name, text] of pages) expect(await readFile(new URL(name, folder), 'utf8'), name).toBe(text);
});

test('the page and the schema of security events are the table that is told from; else: npm run docs', async () => {
  for (const [name, text] of eventPages())
    expect(await readFile(new URL(`../docs/reference/${name}`, import.meta.url), 'utf8'), name).toBe(text);
});
