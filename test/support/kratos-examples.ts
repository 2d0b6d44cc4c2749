import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Example configurations of every release of Ory Kratos, unchanged (test/config/kratos/NOTICE). */
const root = fileURLToPath(new URL('../config/kratos/', import.meta.url));

interface IndexFile {
  readonly file: string;
  readonly source: string;
  readonly kind: 'config' | 'config-part' | 'identity-schema';
  readonly merge_over?: string;
  readonly merge_winner?: string;
  readonly own_schema?: { readonly valid: boolean };
  readonly schema_of_26_2?: { readonly valid: boolean };
}
interface IndexEntry {
  readonly path: string;
  readonly release: string;
  readonly name: string;
  readonly releases: readonly string[];
  readonly files: readonly IndexFile[];
}
const { entries } = JSON.parse(readFileSync(join(root, 'index.json'), 'utf8')) as {
  readonly entries: readonly IndexEntry[];
};

export interface Example {
  /** `v0.4.0-alpha.1/e2e-oidc/.kratos.yml` */
  readonly title: string;
  readonly name: string;
  readonly releases: readonly string[];
  /** Its files below `test/config/kratos`, in the order of `-c`: of two values the later wins. */
  readonly files: readonly string[];
  /** Input of a test, or a page of the reference: names addresses and files that are nowhere. */
  readonly isStub: boolean;
}

/** The configurations that the schema of their own release takes. */
export const EXAMPLES: readonly Example[] = entries.flatMap(({ path, name, releases, files }) =>
  files
    .filter(({ kind, own_schema: own }) => kind === 'config' && own?.valid === true)
    .map(({ file, merge_over: base, merge_winner: winner }): Example => {
      const own = `${path}/${file}`;
      const both = base === undefined ? [own] : winner === 'base file' ? [own, base] : [base, own];
      return { title: own, name, releases, files: both, isStub: /stub|internal|docs/.test(name) };
    }),
);

/** What a release wrote first: `[0, 4]` of `v0.4.6-alpha.1`. */
export const versionOf = ({ releases }: Pick<Example, 'releases'>): readonly [major: number, minor: number] => {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(releases[0] ?? '') ?? [];
  return [Number(major), Number(minor)];
};

/** v0.9 and later: files of today, but for single names. */
export const isOfToday = (example: Pick<Example, 'releases'>): boolean => {
  const [major, minor] = versionOf(example);
  return major > 0 || minor >= 9;
};

const MAPPER = `local claims = std.extVar('claims'); { identity: { traits: { email: claims.email } } }`;
const BODY = 'function(ctx) { flow: ctx.flow.id }';

/**
 * Writes an example into a folder, and beside it what it names: identity schemas of its release, and stand-ins for the Jsonnet
 * files, which are not part of the collection. Gives the files in their order.
 */
export function placeExample(
  example: Example,
  folder: string,
  replaced: Readonly<Record<string, string>> = {},
): readonly string[] {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  return example.files.map((file, i) => {
    const text = Object.entries(replaced)
      .reduce((made, [old, now]) => made.replaceAll(old, now), readFileSync(join(root, file), 'utf8'))
      .replaceAll('/etc/config/kratos/', `${folder}/etc/config/kratos/`)
      .replaceAll('/path/to/template.jsonnet', `${folder}/template.jsonnet`);
    const name = `${i}-${file.split('/').at(-1)?.replace(/^\./, '') ?? ''}`;
    write(name, text);
    if (example.isStub) return name;
    for (const [, uri = ''] of text.matchAll(/file:\/\/([^ '"\n]+)/g)) place(uri);
    for (const [, path = ''] of text.matchAll(/['" ](\/[^ '"\n]+\.jsonnet)/g)) place(path);
    return name;
  });

  function place(path: string): void {
    const inside = path.startsWith(folder) ? path.slice(folder.length) : path;
    if (inside.endsWith('.jsonnet')) write(inside, /webhook|template/.test(inside) ? BODY : MAPPER);
    else write(inside, readFileSync(schemaOf(example, inside), 'utf8'));
  }
}

/** The identity schema that a release has at a path. */
function schemaOf({ releases, files }: Example, path: string): string {
  const wanted = path.replace(/^\.?\/+/, '');
  const own = files.map((file) => dirname(file));
  const schemas = entries.flatMap((entry) =>
    entry.files.filter(({ kind }) => kind === 'identity-schema').map((file) => ({ entry, file })),
  );
  const ofRelease = schemas.filter(({ entry }) => entry.releases.some((each) => releases.includes(each)));
  const found =
    ofRelease.find(({ file }) => file.source === wanted) ??
    // Mounted by the container that the quick start runs in.
    schemas.find(({ entry, file }) => own.includes(entry.path) && wanted.endsWith(`/${file.file}`)) ??
    schemas.find(({ file }) => file.source === wanted);
  if (found === undefined) throw new Error(`no identity schema for ${path} of ${releases[0] ?? ''}`);
  return join(root, found.entry.path, found.file.file);
}
