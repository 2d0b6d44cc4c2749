import type { NamedSection } from '../method-section.ts';
import { schemaOf } from './schema.ts';
import type { Meta, Spec } from './spec.ts';
import { offeredFeatures } from './supported-features.ts';
import { childPath } from '../source/yaml-tree.ts';

/** `docs/reference/configuration.md`: every key, made from the table that checks them, so that it cannot lie. */
export function documentConfiguration(sections: readonly NamedSection[]): string {
  const schema = schemaOf(sections);
  const offered = offeredFeatures(sections);
  const rows = Object.entries(schema.keys).flatMap(([key, spec]) => rowsOf(spec, key, offered));
  const former = rows.filter(isFormer);
  const current = rows.filter((each) => !isFormer(each));
  const roots = Object.keys(schema.keys).filter((root) => schema.keys[root]?.kind === 'map');
  const below = (root: string): readonly Row[] => current.filter(({ key }) => key.startsWith(`${root}.`));
  return [
    INTRODUCTION,
    // The formatter would pad the tables to the width of their longest cell.
    '<!-- prettier-ignore-start -->',
    sectionOf(
      'Top level',
      current.filter(({ key }) => !key.includes('.')),
    ),
    ...roots.filter((root) => below(root).length > 0).map((root) => sectionOf(root, below(root))),
    '## Former spellings',
    FORMER_INTRODUCTION,
    ['| name then | releases | name now | meaning |', '|---|---|---|---|', ...former.map(formerRow)].join('\n'),
    '<!-- prettier-ignore-end -->\n',
  ].join('\n\n');
}

const INTRODUCTION = `# Configuration

Generated from \`src/config/schema/\` and the \`settings-section.ts\` of each method; do not edit. To write it anew: \`vitest run --project unit src/config/schema/document.test.ts -u\`.

Files are YAML or JSON; several are laid over each other (\`-c a.yml -c b.yml\`): mappings merge, lists are replaced. Then the
environment: \`SERVE_PUBLIC_PORT\` is \`serve.public.port\`, \`IDENTITY_SCHEMAS_0_URL\` is \`identity.schemas[0].url\`; lists of
words as \`a,b\`, everything bigger as JSON. \`VERSION\`, \`CONFIG\`, \`HELP\`, \`DEV\` and \`REVISION\` are not read from it.
Any string may hold \`\${env:NAME}\`. A secret may be \`file://…\` or \`base64://…\` of a text in UTF-8.

What is wrong is said with file, line and column. In this order: what is switched off (\`enabled: false\`) is not judged, and what
nobody switched on, or what is not there yet, does not refuse by its details; what has no effect is a warning; what has a safe reading
is read so, with a warning (\`cors.enabled\` without origins: any page may read, none with cookies); only what would weaken security
in silence, or has no meaning, refuses the start, and then the message says what to write. So does a key that is not listed here: it
could be a slip in one that protects. Outside of \`dev\` and \`serve --dev\` the floors of production refuse too (cost of hashes,
https of providers, wildcards below localhost); there they are warnings. \`sallyport check\` judges as \`serve\` does, \`check --dev\`
as \`serve --dev\`, \`check --fragment\` a part of a configuration.

A file that is named by a relative path is looked for beside the first configuration, then in the working directory.
Keys marked _not yet_ are checked; switched on they are warned about at start and stay off.`;

const FORMER_INTRODUCTION = `Files of every release of Ory Kratos are read. Hook lists of v0.1 (\`job:\`) and v0.3 (\`hook:\`) keep their
meaning, and files of these two may stay as they are; from v0.4 on each former name is a warning that says what to write today. What
a file of v0.4 to v0.8 does not write keeps the default of its release: registration on one page, verification and recovery by links,
sessions of 1h in v0.4. A file that has names of v0.4 to v0.8 beside later ones (\`allowed_return_urls\`, \`use\`, \`methods.code\`,
…) has today's defaults, and a warning says so. Old and new name of one setting may stand side by side only with the same value.
\`sallyport config upgrade FILE\` prints a file as it is written today, with its comments.`;

interface Row {
  readonly key: string;
  readonly spec: Exclude<Spec, { kind: 'map' }>;
  /** Of the section around it. */
  readonly around: Partial<Meta>;
  /** Features of this build. */
  readonly offered: ReadonlySet<string>;
}

const FORMER = /^(?:identity\.traits|security\.session|selfservice\.strategies|urls|ttl)\./;
const isFormer = ({ key, spec }: Row): boolean =>
  spec.to !== undefined || spec.former !== undefined || FORMER.test(key) || (spec.kind === 'hooks' && spec.old);

function rowsOf(spec: Spec, key: string, offered: Row['offered'], around: Partial<Meta> = {}): readonly Row[] {
  if (spec.kind === 'map') {
    const inside = {
      ...around,
      ...(spec.feature !== undefined && { feature: spec.feature }),
      ...(spec.inert !== undefined && { inert: spec.inert }),
    };
    return Object.entries(spec.keys).flatMap(([name, part]) => rowsOf(part, childPath(key, name), offered, inside));
  }
  const own = [{ key, spec, around, offered }];
  if (spec.kind === 'list' && spec.of.kind === 'map') return [...own, ...rowsOf(spec.of, `${key}[]`, offered, around)];
  if (spec.kind === 'record' && spec.of.kind === 'map')
    return [...own, ...rowsOf(spec.of, `${key}.<name>`, offered, around)];
  return own;
}

function sectionOf(title: string, rows: readonly Row[]): string {
  return [`## ${title}`, '', '| key | value | default | meaning |', '|---|---|---|---|', ...rows.map(row)].join('\n');
}

function row({ key, spec, around, offered }: Row): string {
  return `| \`${key}\` | ${cell(valueOf(spec))} | ${cell(defaultOf(spec))} | ${cell(meaningOf(spec, around, offered))} |`;
}

function formerRow({ key, spec, offered }: Row): string {
  const to = todayOf(key, spec);
  return `| \`${key.replaceAll('.[]', '[]')}\` | ${releasesOf(key, spec)} | ${to === undefined ? '–' : `\`${to}\``} | ${cell(meaningOf(spec, {}, offered))} |`;
}

const releasesOf = (key: string, { former }: Row['spec']): string => {
  if (former !== undefined) return former.releases;
  if (key.startsWith('selfservice.strategies.')) return 'v0.1 to v0.4';
  return 'v0.1, v0.3';
};

function todayOf(key: string, spec: Row['spec']): string | undefined {
  if (spec.former?.today !== undefined) return spec.former.today;
  if (spec.to !== undefined) return spec.to;
  if (key.startsWith('identity.traits.')) return 'identity.schemas';
  if (spec.kind !== 'hooks' || spec.flow === 'profile') return undefined;
  return key.replace(/^selfservice\./, 'selfservice.flows.');
}

function valueOf(spec: Row['spec']): string {
  if (spec.kind === 'leaf') return spec.wanted;
  if (spec.kind === 'hooks') return 'a list of hooks';
  if (spec.kind === 'any') return 'any value';
  if (spec.kind === 'record') return 'a mapping with keys of your own';
  return spec.of.kind === 'leaf' ? `a list: ${spec.of.wanted}` : 'a list of mappings';
}

function defaultOf(spec: Row['spec']): string {
  if (spec.computed !== undefined) return spec.computed;
  if (spec.default === undefined) return '–';
  const parts = typeof spec.default === 'object' ? spec.default : [spec.default];
  return parts.length === 0 ? 'none' : parts.map((part) => `\`${String(part)}\``).join(', ');
}

function meaningOf(spec: Row['spec'], around: Partial<Meta>, offered: Row['offered']): string {
  const feature = spec.feature ?? around.feature;
  const inert = spec.inert ?? around.inert;
  const notYet = feature !== undefined && !offered.has(feature);
  const only = spec.when === undefined ? '' : ` (\`${spec.when}\`)`;
  return [
    spec.about,
    spec.secret ? '*Secret.*' : '',
    notYet ? `*Not yet${only}.*` : '',
    inert === undefined ? '' : `*No effect: ${inert}.*`,
    spec.refused === undefined ? '' : `*Refused: ${spec.refused}.*`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
