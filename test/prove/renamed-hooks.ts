import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Other names for the hooks that come with the server. */
const NAMES: Readonly<Record<string, string>> = {
  session: 'let_them_in',
  redirect: 'somewhere_else',
  revoke_active_sessions: 'out_everywhere',
  verify: 'ask_for_proof',
  require_verified_address: 'proof_or_nothing',
  show_verification_ui: 'offer_proof',
  web_hook: 'call_out',
};

const folder = fileURLToPath(new URL('../../plugins/', import.meta.url));

/** The same hooks under other names, as plugins of an operator. */
export const RENAMED_FILES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(NAMES).map(([name, other]) => [
    `plugins/${other}.ts`,
    readFileSync(`${folder}${name}.ts`, 'utf8')
      .replace(`name: '${name}'`, `name: '${other}'`)
      .replaceAll("from './", `from '${folder}`),
  ]),
);

/** A configuration with the other names at every entry of a list. */
export function renameEntries(content: unknown): unknown {
  if (Array.isArray(content)) return content.map(renameEntries);
  if (typeof content !== 'object' || content === null) return content;
  return Object.fromEntries(
    Object.entries(content).map(([key, value]): [string, unknown] => [
      key,
      key === 'hook' && typeof value === 'string' ? (NAMES[value] ?? value) : renameEntries(value),
    ]),
  );
}

/** The same text or data with the names of the server's own hooks again. */
export function withOwnNames<T>(data: T): T {
  const text = Object.entries(NAMES).reduce((all, [name, other]) => all.replaceAll(other, name), JSON.stringify(data));
  return JSON.parse(text) as T; // what it was
}
