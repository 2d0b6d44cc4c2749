import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What failed: the file, the test and the first line of why. They are said again at the end of a long output. */
  readonly failures: readonly string[];
}

/** Counts the tests in vitest's JSON report. A file that could not be loaded has no tests and counts as one failure. */
export function countTests(json: string): Counts {
  const report = parseReport(json);
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const count = (status: string) => tests.filter((test) => test.status === status).length;
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const passed = count('passed');
  const failed = count('failed');
  const failures = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter((test) => test.status === 'failed')
      .map((test) => lineOf(name, test.fullName, test.failureMessages?.[0])),
  );
  return {
    passed,
    failed: failed + broken.length,
    skipped: tests.length - passed - failed,
    failures: [...failures, ...broken.map((file) => lineOf(file.name, 'could not be loaded', file.message))],
  };
}

const lineOf = (file: string, test: string, why = ''): string =>
  `${relative(process.cwd(), file)} > ${test}: ${stripVTControlCharacters(why).split('\n', 1).join('')}`;

export const sumOf = (all: readonly Counts[]): Counts => ({
  passed: all.reduce((sum, { passed }) => sum + passed, 0),
  failed: all.reduce((sum, { failed }) => sum + failed, 0),
  skipped: all.reduce((sum, { skipped }) => sum + skipped, 0),
  failures: all.flatMap(({ failures }) => failures),
});

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

function parseReport(json: string): Report {
  // Vitest's own file, read where it was written: the shape is the one its documentation gives.
  return JSON.parse(json) as Report;
}
