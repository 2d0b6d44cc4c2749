import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileOf, readContent } from './content.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-content-'));
  await writeFile(join(folder, 'a file.json'), '{}');
  await writeFile(join(folder, 'latin1.json'), Buffer.from('{"title":"Stra\xdfe"}', 'latin1'));
});
afterAll(() => rm(folder, { recursive: true }));

const fetchText = (url: string): Promise<string> => Promise.resolve(`from ${url}`);

test('reads files, absolute and relative, base64 and http', async () => {
  expect(await readContent('file://./a file.json', [folder], fetchText)).toBe('{}');
  expect(await readContent('file://a file.json', [folder], fetchText)).toBe('{}');
  expect(await readContent(`file://${folder}/a%20file.json`, ['/'], fetchText)).toBe('{}');
  expect(await readContent('base64://e30=', [folder], fetchText)).toBe('{}');
  expect(await readContent('base64://e30', [folder], fetchText)).toBe('{}');
  expect(await readContent('https://a.example/x', [folder], fetchText)).toBe('from https://a.example/x');
});

test.each([
  'a.json',
  'ftp://a.example/x',
  'base64://%%%',
  'base64://e',
  'base64://e3=',
  'base64:///w==',
  'file://',
  'file://./nowhere',
  'file://./latin1.json',
])('%s is refused', async (uri) => {
  await expect(readContent(uri, [folder], fetchText)).rejects.toMatchObject({ code: 'invalid_configuration' });
});

test('a path is taken from the folder of the configuration', () => {
  expect(fileOf('file://./x/../y', ['/etc/s'])).toBe('/etc/s/y');
  expect(fileOf('file:///abs', ['/etc/s'])).toBe('/abs');
  expect(fileOf('https://x', ['/etc/s'])).toBeUndefined();
});
