import { expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { startServer } from '../support/server.ts';

const LIBRARY = /"library":"([^"]+)","msg":"passwords are hashed"/;

test.each([
  ['argon2id', '', /^(?:@node-rs\/)?argon2$/],
  ['bcrypt', 'hashers: { algorithm: bcrypt, bcrypt: { cost: 12 } }', /^bcrypt$/],
])('the log of the start says which library makes %s', async (_name, hashers, library) => {
  const config = BASIC_CONFIG.replace(/^hashers: .*$/m, hashers).replace('level: warning', 'level: info, format: json');
  const server = await startServer({ config, files: BASIC_FILES });
  await expect.poll(() => LIBRARY.exec(server.log())?.[1]).toMatch(library);
  await server.stop();
});
