import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config/config.ts';
import { readContent } from '../config/source/content.ts';
import { schemaOf } from '../config/schema/schema.ts';
import { upgradeText, type Upgraded } from '../config/upgrade/upgrade.ts';
import { readSchema, wrapTraits } from '../identity/schema-source.ts';
import { SallyportError } from '../kernel/error.ts';
import type { Issue } from '../kernel/issue.ts';
import { METHODS } from '../strategy/methods.ts';
import { sectionsOf } from '../strategy/registry.ts';
import { loadSettings } from './configuration.ts';
import { contentFetcher } from './content-reader.ts';

/** The release of Ory Kratos whose configuration Sallyport reads as its own. */
const VERSION = 'v26.2.0';

export interface FileSource {
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** A configuration file as it is written today; or all that keeps it from being read. */
export async function upgradeFile({
  file,
  env,
  cwd,
}: FileSource): Promise<{ readonly upgraded: Upgraded } | { readonly errors: readonly Issue[] }> {
  // Only what the file itself asks for: the environment is no part of it.
  const text = await readFile(path.resolve(cwd, file), 'utf8').catch(() => '');
  const names = [...text.matchAll(/\$\{env:([^}]*)\}/g)].map(([, name = '']) => name);
  const asked = Object.fromEntries(names.map((name) => [name, env[name]]));
  const loaded = await loadSettings({
    files: [file],
    env: asked,
    cwd,
    command: 'serve',
    dev: false,
    fragment: true,
    rewritten: true,
  });
  const { config } = loaded;
  if (config === undefined) return { errors: loaded.errors };
  const wrap = (url: string): Promise<string> => wrapped(url, config);
  const schema = schemaOf(sectionsOf(METHODS));
  return { upgraded: await upgradeText({ text, file, loaded, schema, version: VERSION, wrap }) };
}

/** The schema at a URL, whose root is the traits, as a URI of one with the traits below `properties`. */
async function wrapped(url: string, config: Config): Promise<string> {
  const fetchContent = contentFetcher(config);
  const read = (uri: string): Promise<string> => readContent(uri, config.folders, fetchContent);
  const root = await readSchema(url, read, (_path, found) => {
    throw new SallyportError('invalid_configuration', `The identity schema ${url} ${found}.`);
  });
  if (root === undefined) throw new SallyportError('invalid_configuration', `The identity schema ${url} is empty.`);
  return `base64://${Buffer.from(JSON.stringify(wrapTraits(root))).toString('base64')}`;
}
