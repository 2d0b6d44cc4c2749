import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASES, overlay } from '../../test/support/config-bases.ts';
import { formatIssue } from '../kernel/issue.ts';
import { readConfiguration, type ReadConfiguration } from './configuration.ts';

const SCHEMA = JSON.stringify({
  type: 'object',
  properties: { traits: { type: 'object', properties: { email: { type: 'string', format: 'email' } } } },
});
let folder = '';
let asked = 0;
const server = createServer((_, answer) => {
  asked += 1;
  answer.end(SCHEMA);
});
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-configuration-'));
  await mkdir(join(folder, 'conf'));
  await writeFile(join(folder, 'person.json'), SCHEMA);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

async function read(url: string, more: object = {}, dev = true): Promise<ReadConfiguration> {
  const config = overlay(overlay(BASES.current, { identity: { schemas: [{ id: 'default', url }] } }), more);
  await writeFile(join(folder, 'conf', 'a.json'), JSON.stringify(config));
  return readConfiguration({ files: ['conf/a.json'], env: {}, cwd: folder, command: 'serve', dev });
}
const wrong = ({ errors }: ReadConfiguration): string => errors.map(formatIssue).join('\n');

test('a relative path is looked for beside the configuration, then in the working directory', async () => {
  expect(wrong(await read('file://./person.json'))).toBe('');
  expect(wrong(await read('file://person.json'))).toBe('');
  const said = wrong(await read('file://nobody.json'));
  expect(said).toContain(join(folder, 'conf', 'nobody.json'));
  expect(said).toContain(join(folder, 'nobody.json'));
});

test('a folder of templates and a plugin are looked for in both, too', async () => {
  await mkdir(join(folder, 'mails'), { recursive: true });
  const { configuration } = await read('file://person.json', { courier: { template_override_path: './mails' } });
  expect(configuration?.config.courier.templateFolder).toBe(join(folder, 'mails'));
});

test('what is fetched at start goes through the guard of every other request', async () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/schema.json`; // listens on a port, see above
  const production = {
    serve: { public: { base_url: 'https://id.example.org/' } },
    hashers: { argon2: { memory: '19456KB', iterations: 2, key_length: 32 } },
  };
  expect(wrong(await read(url, production, false))).toContain('identity.schemas default');
  expect(asked).toBe(0);
  expect(wrong(await read(url))).toBe('');
  expect(asked).toBe(1);
});
