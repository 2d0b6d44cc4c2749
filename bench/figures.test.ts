import { describe, expect, test } from 'vitest';
import { auc, bytesOfFlows, compare, median, rate, type Slice, spread } from './figures.ts';

const slice = (done: number, more: Partial<Slice> = {}): Slice => ({
  done,
  seconds: 2,
  cpuSeconds: 1,
  refused: 0,
  wrong: {},
  ...more,
});

describe('median and spread', () => {
  test('the middle one of an odd number, between the two middle ones of an even number', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 6])).toBe(5.5);
    expect(median([7])).toBe(7);
  });

  test('nothing has no median', () => {
    expect(() => median([])).toThrow('nothing');
  });

  test('one value out of line moves the ends and not the middle', () => {
    expect(spread([0.6, 0.62, 0.1])).toEqual({ median: 0.6, min: 0.1, max: 0.62 });
  });
});

describe('a comparison', () => {
  test('takes the ratio of each pair, and the median of the ratios', () => {
    // The machine was half as fast during the second pair: both sides were.
    const { baseline, subject, ratio } = compare([
      [slice(1_000), slice(600)],
      [slice(500), slice(300)],
      [slice(1_000), slice(700)],
    ]);
    expect([baseline, subject]).toEqual([500, 300]);
    expect(ratio).toEqual({ median: 0.6, min: 0.6, max: 0.7 });
  });

  test('weighs slices of different length by their length', () => {
    expect(rate(slice(300, { seconds: 3 }))).toBe(100);
    expect(compare([[slice(400, { seconds: 4 }), slice(100, { seconds: 2 })]]).ratio?.median).toBe(0.5);
  });

  test('compares processor time for each answer, whatever the clock says', () => {
    const pair = [slice(1_000, { cpuSeconds: 1 }), slice(300, { cpuSeconds: 0.6 })] as const;
    expect(compare([pair]).cpuRatio?.median).toBeCloseTo(0.5);
    expect(compare([[slice(1, { cpuSeconds: undefined }), slice(1)]]).cpuRatio).toBeUndefined();
  });

  test('with anything wrong on either side there is no ratio, and what was wrong is counted', () => {
    const { ratio, cpuRatio, wrong } = compare([
      [slice(10), slice(9, { wrong: { '500': 1 } })],
      [slice(10, { wrong: { 'no answer': 2 } }), slice(9, { wrong: { '500': 3 } })],
    ]);
    expect([ratio, cpuRatio]).toEqual([undefined, undefined]);
    expect(wrong).toEqual({ '500': 4, 'no answer': 2 });
  });

  test('a side that did nothing is no baseline', () => {
    expect(compare([[slice(0), slice(9)]]).ratio).toBeUndefined();
  });

  test('refusals under load are counted and leave the ratio alone', () => {
    const { ratio, refused } = compare([[slice(10), slice(9, { refused: 4 })]]);
    expect([ratio?.median, refused]).toEqual([0.9, 4]);
  });
});

describe('the share of pairs in which the second is above the first', () => {
  test.each<[readonly number[], readonly number[], number]>([
    [[1, 2, 3], [1, 2, 3], 0.5],
    [[1, 2], [3, 4], 1],
    [[3, 4], [1, 2], 0],
    [[1, 3], [2, 4], 0.75],
    [[5, 5], [5, 5], 0.5],
  ])('of %j and %j is %d', (first, second, share) => {
    expect(auc(first, second)).toBe(share);
  });
});

describe('bytes of flows', () => {
  test('rows of one flow count together, in UTF-8, and steps weigh the same as text and as JSON', () => {
    const steps = [{ state: 'form.é' }];
    const rows = [
      { flow_id: 'a', steps: JSON.stringify(steps) },
      { flow_id: 'b', steps: [] },
      { flow_id: 'a', steps },
    ];
    const one = '{"flow_id":"a","steps":[{"state":"form.é"}]}'.length + 1;
    expect(bytesOfFlows(rows)).toEqual([2 * one, '{"flow_id":"b","steps":[]}'.length]);
  });

  test('no rows, no flows', () => {
    expect(bytesOfFlows([])).toEqual([]);
  });
});
