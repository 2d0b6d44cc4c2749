// What is installed with Sallyport, read from the lock file alone: a bill of materials (CycloneDX 1.6) and the list of
// licences. The same lock file makes the same bytes: there is no time and no random number in them.

/** The part of a lock file (version 3) that is read. */
export interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

export interface LockedPackage {
  readonly name?: string;
  readonly version: string;
  /** An SPDX identifier or expression. */
  readonly license?: string;
  /** Such as `sha512-…`, in base64. */
  readonly integrity?: string;
  /** Needed by development alone. */
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** A package that is installed with this one. */
export interface RuntimePackage {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** Where it does not install, the server works without it. */
  readonly optional: boolean;
  readonly integrity: string;
  /** The packages it loads, by `reference`. */
  readonly needs: readonly string[];
}

const FOLDER = 'node_modules/';

/** `pkg:npm/%40koa/router@15.7.0` (package URL). */
export const reference = ({ name, version }: Pick<RuntimePackage, 'name' | 'version'>): string =>
  `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** All packages of the lock file that are installed with this one, by name; throws for one without a licence or a hash. */
export function runtimePackages(lock: LockFile): readonly RuntimePackage[] {
  const found = new Map<string, RuntimePackage>();
  for (const [path, locked] of Object.entries(lock.packages)) {
    if (path === '' || locked.dev === true) continue;
    const { version, license, integrity, optional = false } = locked;
    const name = locked.name ?? path.slice(path.lastIndexOf(FOLDER) + FOLDER.length);
    if (license === undefined || integrity === undefined)
      throw new Error(`${path} of the lock file has no ${license === undefined ? 'licence' : 'hash'}.`);
    const one = { name, version, licence: license, optional, integrity, needs: needsOf(lock, path) };
    const same = found.get(reference(one));
    const needs = [...new Set([...one.needs, ...(same?.needs ?? [])])].toSorted();
    found.set(reference(one), { ...one, optional: optional && same?.optional !== false, needs });
  }
  return [...found.values()].toSorted((a, b) => (reference(a) < reference(b) ? -1 : 1));
}

/** What a package of the lock file loads: each name as Node finds it, from the package's own folder upwards. */
function needsOf({ packages }: LockFile, path: string): readonly string[] {
  const { dependencies, optionalDependencies, peerDependencies } = packages[path] ?? {};
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
  return names.flatMap((name) => {
    for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf(FOLDER) - 1))) {
      const locked = packages[`${folder === '' ? '' : `${folder}/`}${FOLDER}${name}`];
      if (locked !== undefined && locked.dev !== true)
        return [reference({ name: locked.name ?? name, version: locked.version })];
      if (folder === '') return []; // an optional one of another platform, or a peer that nobody has to install
    }
  });
}

/** The bill of materials of the package that the lock file is of. */
export function billOfMaterials(lock: LockFile): object {
  const packages = runtimePackages(lock);
  const root = lock.packages[''];
  if (root?.name === undefined) throw new Error('The lock file does not name its package.');
  const own = { name: root.name, version: root.version };
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': reference(own),
        ...own,
        purl: reference(own),
        licenses: licences(root.license ?? ''),
      },
    },
    components: packages.map(componentOf),
    dependencies: [
      { ref: reference(own), dependsOn: [...needsOf(lock, '')].toSorted() },
      ...packages.map((each) => ({ ref: reference(each), dependsOn: each.needs })),
    ],
  };
}

function componentOf(one: RuntimePackage): object {
  const [group, name] = one.name.startsWith('@') ? one.name.split('/') : [undefined, one.name];
  return {
    type: 'library',
    'bom-ref': reference(one),
    ...(group !== undefined && { group }),
    name,
    version: one.version,
    scope: one.optional ? 'optional' : 'required',
    hashes: hashes(one.integrity),
    licenses: licences(one.licence),
    purl: reference(one),
  };
}

/** An identifier of SPDX, or an expression. */
const licences = (licence: string): readonly object[] =>
  /^[A-Za-z0-9.+-]+$/.test(licence) ? [{ license: { id: licence } }] : [{ expression: licence }];

const ALGORITHMS: Readonly<Record<string, string>> = {
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
};

/** Subresource Integrity is base64, a bill of materials hexadecimal. */
const hashes = (integrity: string): readonly object[] =>
  integrity.split(' ').map((each) => {
    const [name = '', content = ''] = each.split(/-(.*)/s);
    return { alg: ALGORITHMS[name] ?? name, content: Buffer.from(content, 'base64').toString('hex') };
  });

/** The list of licences, for people. */
export function licenceList(lock: LockFile): string {
  const packages = runtimePackages(lock);
  const counts = Map.groupBy(packages, ({ licence }) => licence);
  const summary = [...counts].map(([licence, those]) => `${licence}: ${those.length}`).toSorted();
  return [
    '# Licences of what is installed with Sallyport',
    '',
    `Made from the lock file when the package is built. ${packages.length} packages; ${summary.join(', ')}. What is optional is`,
    'installed where it fits the machine.',
    '',
    '| package | version | licence | |',
    '| --- | --- | --- | --- |',
    ...packages.map(
      ({ name, version, licence, optional }) => `| ${name} | ${version} | ${licence} | ${optional ? 'optional' : ''} |`,
    ),
    '',
  ].join('\n');
}
