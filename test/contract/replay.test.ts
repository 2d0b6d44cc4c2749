import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { say } from '../support/say.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allows, DIFFERENCES } from './differences.ts';
import { LATER_EXCHANGES, LATER_SCENARIOS } from './later.ts';
import { describeDeviations, replay } from './replay.ts';
import { SCENES } from './scenes.ts';
import { openTheatre, type Theatre } from './theatre.ts';
import { loadScenarios } from './transcript.ts';

const scenarios = loadScenarios();
const replayed = scenarios.filter(({ name }) => LATER_SCENARIOS[name] === undefined);
const used = new Set<number>();

for (const config of new Set(replayed.map((scenario) => scenario.config))) {
  describe(`as recorded with ${config}.yml:`, () => {
    let theatre: Theatre;
    beforeAll(async () => {
      theatre = await openTheatre(config);
    });
    afterAll(() => theatre.close());

    for (const scenario of replayed.filter((one) => one.config === config)) {
      test(`${scenario.about} (${scenario.name})`, async () => {
        const deviations = await replay(scenario, theatre);
        const unexplained = deviations.filter((deviation) => {
          const at = DIFFERENCES.findIndex((allowed) => allows(allowed, deviation));
          if (at >= 0) used.add(at);
          return at < 0;
        });
        expect(unexplained, `\n${describeDeviations(unexplained)}\n`).toHaveLength(0);
      });
    }
  });
}

describe('the lists about the recordings', () => {
  test('Every recording is replayed or waits for an issue that is named.', () => {
    const names = scenarios.map(({ name }) => name);
    const waiting = Object.keys(LATER_SCENARIOS);
    expect([...replayed.map(({ name }) => name), ...waiting].toSorted()).toEqual(names.toSorted());
    for (const { issue } of [...Object.values(LATER_SCENARIOS), ...Object.values(LATER_EXCHANGES)]) {
      expect(issue).not.toBe('');
    }
  });

  test('Scenes belong to recordings, later exchanges to recordings that are replayed.', () => {
    const all = new Set(scenarios.map(({ name }) => name));
    const names = new Set(replayed.map(({ name }) => name));
    expect(Object.keys(SCENES).filter((name) => !all.has(name))).toEqual([]);
    expect(Object.keys(LATER_EXCHANGES).filter((name) => !names.has(name))).toEqual([]);
  });

  test('Every difference that is meant names a decision record that exists.', () => {
    const records = new Set(DIFFERENCES.flatMap(({ why }) => ('record' in why ? [why.record] : [])));
    const missing = [...records].filter((record) => !existsSync(decision(record)));
    expect(missing).toEqual([]);
  });

  test('No allowed difference has become superfluous.', () => {
    const seconds = DIFFERENCES.filter(({ why }) => 'record' in why && why.record.startsWith('0056'));
    say(
      `${scenarios.length} recordings, ${replayed.length} of them replayed; ${DIFFERENCES.length} allowed differences,`,
    );
    say(`${seconds.length} of them of second factors and passkeys.`);
    expect(
      DIFFERENCES.filter((_allowed, index) => !used.has(index)).map(
        ({ path, scenario }) => `${scenario ?? ''} ${String(path)}`,
      ),
    ).toEqual([]);
  });
});

function decision(record: string): string {
  return fileURLToPath(new URL(`../../docs/decisions/${record}.md`, import.meta.url));
}
