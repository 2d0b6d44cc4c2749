import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { loadArgon2 } from '../strategy/password/argon2.ts';

/** The version of this build, from its own package.json. */
export async function readVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}

/** What this build runs on: Node, and the library that hashes passwords. */
export async function describePlatform(): Promise<string> {
  return `Node ${process.versions.node}, argon2id by ${(await loadArgon2()).library}`;
}
