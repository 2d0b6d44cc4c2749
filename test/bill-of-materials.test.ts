import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { read, readList, readText } from './support/http-client.ts';
import { billOfMaterials, licenceList, runtimePackages, type LockFile } from '../tools/bill-of-materials.ts';

const lock = parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as LockFile; // npm wrote it
const { packages } = lock;

/** The packages that are installed without those of development, found by going from one to the next as Node does. */
function closure(): ReadonlySet<string> {
  const reached = new Set<string>();
  const visit = (path: string): void => {
    const {
      dependencies,
      optionalDependencies,
      peerDependencies = {},
      peerDependenciesMeta = {},
    } = packages[path] ?? {};
    // npm installs the peers that a package does not call optional.
    const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
    for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]) {
      const parts = path === '' ? [] : path.split('/node_modules/').map((part) => part.replace(/^node_modules\//, ''));
      const from = parts.map((_, i) => parts.slice(0, parts.length - i)).concat([[]]);
      const found = from
        .map((folders) => [...folders, name].map((folder) => `node_modules/${folder}`).join('/'))
        .find((candidate) => candidate in packages);
      if (found === undefined || reached.has(found)) continue;
      reached.add(found);
      visit(found);
    }
  };
  visit('');
  return reached;
}

const versions = (paths: Iterable<string>): readonly string[] =>
  [
    ...new Set(
      [...paths].map((path) => `${path.slice(path.lastIndexOf('node_modules/') + 13)}@${packages[path]?.version}`),
    ),
  ].toSorted();

describe('the bill of materials', () => {
  const bill = billOfMaterials(lock);
  const components = readList(bill, 'components');

  test('holds every package that is installed with this one, and no other', () => {
    const named = components.map((each) =>
      [read(each, 'group'), `${readText(each, 'name')}@${readText(each, 'version')}`].filter(Boolean).join('/'),
    );
    expect(named.toSorted()).toEqual(versions(closure()));
  });

  test('names each once, with its licence and its hash, and leads to each from the package itself', () => {
    const refs = components.map((each) => readText(each, 'bom-ref'));
    expect(new Set(refs).size).toBe(refs.length);
    for (const each of components) {
      const ref = readText(each, 'bom-ref');
      expect(ref, ref).toBe(readText(each, 'purl'));
      expect(read(each, 'licenses.0.license.id') ?? read(each, 'licenses.0.expression'), ref).toMatch(/^[A-Z0-9]/);
      expect(readText(each, 'hashes.0.alg'), ref).toBe('SHA-512');
      expect(readText(each, 'hashes.0.content'), ref).toMatch(/^[0-9a-f]{128}$/);
    }
    const needs = new Map(
      readList(bill, 'dependencies').map((each) => [readText(each, 'ref'), readList(each, 'dependsOn').map(String)]),
    );
    const own = readText(bill, 'metadata.component.bom-ref');
    const reached = new Set<string>([own]);
    for (const ref of reached) for (const next of needs.get(ref) ?? []) reached.add(next);
    expect([...reached].toSorted()).toEqual([own, ...refs].toSorted());
  });

  test('says what it is, for this version, and nothing of the machine or the hour', () => {
    expect(bill).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      metadata: { component: { name: 'sallyport', version: packages['']?.version } },
    });
    expect(billOfMaterials(lock)).toEqual(bill);
    expect(JSON.stringify(bill)).not.toMatch(/timestamp|serialNumber|\/home\/|\/work\//);
  });

  test('tells what is optional', () => {
    const optional = components.filter((each) => read(each, 'scope') === 'optional');
    expect(optional.map((each) => readText(each, 'group')).every((group) => group === '@node-rs')).toBe(true);
    expect(optional.length).toBeGreaterThan(1);
  });
});

test('the list of licences has a line for each package', () => {
  const lines = licenceList(lock).split('\n');
  for (const { name, version, licence } of runtimePackages(lock))
    expect(lines.filter((line) => line.startsWith(`| ${name} | ${version} | ${licence} |`))).toHaveLength(1);
});

test('a package without a licence is not passed over', () => {
  const nameless = {
    packages: { '': packages[''] ?? { version: '' }, 'node_modules/x': { version: '1.0.0', integrity: 'sha512-' } },
  };
  expect(() => runtimePackages(nameless)).toThrow('node_modules/x of the lock file has no licence.');
});

test('no more packages are installed than were promised (security SC-5)', () => {
  expect(runtimePackages(lock).length).toBeLessThanOrEqual(190);
});
