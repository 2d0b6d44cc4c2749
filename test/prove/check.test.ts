import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readConfiguration, type ReadConfiguration } from '../../src/app/configuration.ts';
import { readChart } from '../../src/engine/machine/read-chart.ts';
import { advance, start } from '../../src/engine/machine/snapshot.ts';
import type { FlowEvent } from '../../src/flow/flow-grammar.ts';
import type { Bound } from '../../src/hook/bound-hook.ts';
import { formatIssue, type Issue } from '../../src/kernel/issue.ts';
import { prove, type Proof } from '../../src/analysis/check-configuration.ts';
import { writeFinding } from '../../src/analysis/report.ts';
import { subjectOf, type Subject } from '../../src/analysis/subject.ts';
import type { Method } from '../../src/strategy/method.ts';
import { METHODS } from '../../src/strategy/methods.ts';
import { contentOf, FILES, GOOD, MISTAKES, NOTED, type Case } from './configurations.ts';
import { RENAMED_FILES, renameEntries, withOwnNames } from './renamed-hooks.ts';
import { RENAMED_METHODS, renameMethods, withRegistryNames } from './renamed-method.ts';

const root = mkdtempSync(join(tmpdir(), 'sallyport-prove-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;

async function read(
  one: Case,
  content = contentOf(one),
  registry: readonly Method[] = METHODS,
): Promise<ReadConfiguration> {
  const folder = join(root, `c${(count += 1)}`);
  for (const [path, text] of Object.entries({ ...FILES, ...one.files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  writeFileSync(join(folder, 'sallyport.yaml'), stringify(content));
  return readConfiguration({ files: ['sallyport.yaml'], env: {}, cwd: folder, command: 'check', dev: false, registry });
}

function proofOf(read_: ReadConfiguration): { readonly proof: Proof; readonly subject: Subject } {
  const { configuration, at, warnings, errors } = read_;
  if (configuration === undefined) throw new Error(errors.map(formatIssue).join('\n'));
  const subject = subjectOf(configuration, at, warnings);
  return { subject, proof: prove(subject) };
}

const unfitFinding = ({ findings }: Proof): readonly string[] =>
  findings.filter(({ severity }) => severity !== 'note').flatMap(writeFinding);

describe('of configurations with a mistake', () => {
  test('there are at least forty', () => {
    expect(MISTAKES.length).toBeGreaterThanOrEqual(40);
    expect(new Set(MISTAKES.map(({ name }) => name)).size).toBe(MISTAKES.length);
  });

  test.each(MISTAKES.filter(({ finds }) => finds === 'refused'))('$name is refused, with its line', async (mistake) => {
    const { errors } = await read(mistake);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.filter(({ place }) => place === undefined)).toEqual([]);
  });

  test.each(MISTAKES.filter(({ finds }) => finds !== 'refused'))('$name is found, with its line', async (mistake) => {
    const { proof } = proofOf(await read(mistake));
    const found = proof.findings.filter(({ id, severity }) => id === mistake.finds && severity !== 'note');
    expect(found.length, proof.findings.flatMap(writeFinding).join('\n')).toBeGreaterThan(0);
    for (const { at, advice } of found) {
      expect(at.place?.file).toBe('sallyport.yaml');
      expect(advice).not.toBe('');
    }
    expect(found.map(({ at }) => at.path).join()).toContain(mistake.at ?? '');
    expect(proof.rules.find(({ id }) => id === mistake.finds)?.holds).toBe(false);
  });
});

test.each(NOTED)('$name is noted, with its line', async (noted) => {
  const { proof } = proofOf(await read(noted));
  const found = proof.findings.filter(({ id }) => id === noted.finds);
  expect(found.map(({ severity }) => severity)).toEqual(['note']);
  expect(found[0]?.at.path).toContain(noted.at);
  expect(unfitFinding(proof)).toEqual([]);
});

describe('of configurations without one', () => {
  test('there are at least fifty', () => {
    expect(GOOD.length).toBeGreaterThanOrEqual(50);
    expect(new Set(GOOD.map(({ name }) => name)).size).toBe(GOOD.length);
  });

  test.each(GOOD)('$name is not accused', async (good) => {
    const answer = await read(good);
    expect(answer.errors.map(formatIssue)).toEqual([]);
    expect(unfitFinding(proofOf(answer).proof)).toEqual([]);
  });
});

test.each([...MISTAKES.filter(({ finds }) => finds !== 'refused'), ...GOOD])(
  'every way that is shown is one the machine takes: $name',
  async (one) => {
    const { proof, subject } = proofOf(await read(one));
    const trails = [
      ...proof.findings.flatMap(({ trail }) => trail ?? []),
      ...proof.hooks.flatMap(({ reached }) => reached.map(({ trail }) => trail)),
    ];
    for (const trail of trails) {
      const flow = subject.graphs.get(trail.flow)?.flow;
      if (flow === undefined) throw new Error(`no machine of ${trail.flow}`);
      let at = start(flow);
      for (const { state, event, to } of trail.steps) {
        expect(at.path).toBe(state);
        at = advance(flow, at, { type: event, method: null, draft: null, values: {}, messages: [] } as FlowEvent);
        expect(at.path).toBe(to);
      }
    }
  },
);

/** The same statements, none of which says anything. */
const wordless = (issue: Issue): Issue => ({ ...issue, found: 'xyzzy', allowed: 'xyzzy' });

function wordlessLanes(bound: Bound): Bound {
  const lanes = bound.lanes.map((lane) => ({
    ...lane,
    unreachable: lane.unreachable.map((each) => ({ ...each, reason: 'xyzzy' })),
  }));
  return { ...bound, lanes };
}

/** What programs read of a proof. */
function codesOf({ findings, hooks, rules }: Proof): object {
  return {
    findings: findings.map(({ id, severity, at, trail }) => ({ id, severity, at, trail })),
    hooks: hooks.map(({ dead, ...verdict }) => ({ ...verdict, dead: dead.map(({ lane, code }) => ({ lane, code })) })),
    rules,
  };
}

test.each([...MISTAKES.filter(({ finds }) => finds !== 'refused'), ...GOOD])(
  'what is found does not depend on the words of loader and binding: $name',
  async (one) => {
    const { configuration, at, warnings } = await read(one);
    if (configuration === undefined) throw new Error('It does not load.');
    const spoken = prove(subjectOf(configuration, at, warnings));
    const bound = wordlessLanes(configuration.bound);
    const silent = prove(subjectOf({ ...configuration, bound }, at, warnings.map(wordless)));
    expect(codesOf(silent)).toEqual(codesOf(spoken));
  },
);

/** What is drawn of a configuration. */
const chartsOf = ({ bound, graphs }: Subject): object =>
  [...graphs.values()].map(({ flow }) => ({ ...readChart(flow, bound), shape: '' }));

test.each(
  [...MISTAKES, ...GOOD].filter((one) => one.base === 'current' && !('finds' in one && one.finds === 'refused')),
)('what is found and drawn does not depend on the names of hooks: $name', async (one) => {
  const own = proofOf(await read(one));
  const files = { ...one.files, ...RENAMED_FILES };
  const other = proofOf(await read({ ...one, files }, renameEntries(contentOf(one))));
  expect(withOwnNames(codesOf(other.proof))).toEqual(withOwnNames(codesOf(own.proof)));
  expect(withOwnNames(chartsOf(other.subject))).toEqual(withOwnNames(chartsOf(own.subject)));
});

test.each(
  [...MISTAKES, ...GOOD].filter((one) => one.base === 'current' && !('finds' in one && one.finds === 'refused')),
)('what is found and drawn does not depend on the names of methods: $name', async (one) => {
  const own = proofOf(await read(one));
  const other = proofOf(await read(one, renameMethods(contentOf(one)), RENAMED_METHODS));
  expect(withRegistryNames(codesOf(other.proof))).toEqual(withRegistryNames(codesOf(own.proof)));
  expect(withRegistryNames(chartsOf(other.subject))).toEqual(withRegistryNames(chartsOf(own.subject)));
});

test('a hook that runs is said to run where its machine has it, and by whom', async () => {
  const { proof } = proofOf(await read({ name: '', base: 'v0.3-hook' }));
  const [session] = proof.hooks;
  expect(session).toMatchObject({ hook: 'session', dead: [] });
  expect(session?.reached.map(({ flow, method, phase, clients }) => ({ flow, method, phase, clients }))).toEqual([
    { flow: 'registration', method: 'password', phase: 'write', clients: ['browser', 'native'] },
  ]);
});
