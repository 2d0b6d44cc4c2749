import { describe, expect, test } from 'vitest';
import { createFairLine, type FairLine, type Waiting } from './fair-line.ts';

interface Named extends Waiting {
  readonly name: string;
}

/** `a1` is of network `a`; `a1!` comes from a known device. */
const named = (name: string, weight = 1): Named => ({
  name,
  network: name.slice(0, 1),
  known: name.endsWith('!'),
  weight,
});

/** Joins them one by one; the names of those who went, each with who came then. */
function come(line: FairLine<Named>, names: readonly string[], length: number): readonly string[] {
  return names.flatMap((name) => line.join(named(name), length).map((gone) => `${gone.name} for ${name}`));
}

function order(line: FairLine<Named>): readonly string[] {
  const names: string[] = [];
  for (let one = line.shift(); one !== undefined; one = line.shift()) names.push(one.name);
  return names;
}

describe('whose turn it is', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['one network in its order', ['a1', 'a2', 'a3'], ['a1', 'a2', 'a3']],
    ['networks in turn', ['a1', 'a2', 'a3', 'b1', 'c1', 'b2'], ['a1', 'b1', 'c1', 'a2', 'b2', 'a3']],
    ['known people first within their network', ['a1', 'a2!', 'a3', 'a4!', 'b1'], ['a2!', 'b1', 'a4!', 'a1', 'a3']],
    ['known people before nobody of another network', ['a1', 'b1', 'b2!'], ['a1', 'b2!', 'b1']],
  ])('%s', (_name, names, expected) => {
    const line = createFairLine<Named>();
    expect(come(line, names, 100)).toEqual([]);
    expect(line.size).toBe(names.length);
    expect(order(line)).toEqual(expected);
    expect([line.size, line.next()]).toEqual([0, undefined]);
  });

  test('a network that comes again stands behind those that wait', () => {
    const line = createFairLine<Named>();
    come(line, ['a1', 'a2', 'b1'], 100);
    expect(line.shift()?.name).toBe('a1');
    come(line, ['c1', 'a3'], 100);
    expect(order(line)).toEqual(['b1', 'a2', 'c1', 'a3']);
  });
});

describe('who is turned away', () => {
  test.each<[string, number, readonly string[], readonly string[], readonly string[]]>([
    [
      'of one network alone the newest, when the line is full',
      3,
      ['a1', 'a2', 'a3', 'a4'],
      ['a4 for a4'],
      ['a1', 'a2', 'a3'],
    ],
    [
      'of a full line the newest of the network with most, not who comes',
      4,
      ['a1', 'a2', 'a3', 'a4', 'b1', 'c1'],
      ['a4 for b1', 'a3 for c1'],
      ['a1', 'b1', 'c1', 'a2'],
    ],
    [
      'a network that has half of the line, while another waits',
      6,
      ['a1', 'b1', 'a2', 'a3', 'a4', 'b2', 'b3', 'b4'],
      ['a4 for a4', 'b4 for b4'],
      ['a1', 'b1', 'a2', 'b2', 'a3', 'b3'],
    ],
    ['a stranger for a known person of the same network', 2, ['a1', 'a2', 'a3!'], ['a2 for a3!'], ['a3!', 'a1']],
    ['a stranger of another network for a known person', 2, ['a1', 'b1', 'c1!'], ['b1 for c1!'], ['a1', 'c1!']],
    [
      'a stranger who comes, for known people of other networks',
      2,
      ['a1!', 'a2!', 'b1'],
      ['b1 for b1'],
      ['a1!', 'a2!'],
    ],
    ['known people last: the newest of them', 2, ['a1!', 'a2!', 'a3!'], ['a3! for a3!'], ['a1!', 'a2!']],
    ['of networks that have as many, the one who came last', 2, ['a1', 'b1', 'c1'], ['c1 for c1'], ['a1', 'b1']],
    ['nobody who is alone', 0.5, ['a1'], [], ['a1']],
  ])('%s', (_name, length, names, gone, left) => {
    const line = createFairLine<Named>();
    expect(come(line, names, length)).toEqual(gone);
    expect(order(line)).toEqual(left);
  });

  test('a heavy one takes the room of many light ones', () => {
    const line = createFairLine<Named>();
    come(line, ['a1', 'a2', 'a3', 'a4', 'a5'], 6);
    expect(line.join(named('b1', 3), 6).map(({ name }) => name)).toEqual(['a5', 'a4']);
    expect(line.join(named('b2', 1), 6).map(({ name }) => name)).toEqual(['b2']);
  });

  test('whether one would be let in is what joining says, and changes nothing', () => {
    const line = createFairLine<Named>();
    for (const name of ['a1', 'a2', 'b1', 'a3', 'a4!', 'c1', 'c2', 'b2', 'b3', 'd1', 'a5']) {
      const before = line.size;
      const admitted = line.admits(named(name), 5);
      expect(line.size).toBe(before);
      const gone = line.join(named(name), 5);
      expect(gone.every((each) => each.name !== name)).toBe(admitted);
    }
  });
});

test('sixty of one network leave each of another its turn', () => {
  const line = createFairLine<Named>();
  const strangers = Array.from({ length: 60 }, (_, n) => `a${n}`);
  come(line, strangers, 40);
  const served: string[] = [];
  for (let n = 0; n < 5; n += 1) {
    come(line, [`b${n}`, `a${60 + n}`], 40);
    served.push(line.shift()?.name ?? '', line.shift()?.name ?? '');
  }
  expect(served.filter((name) => name.startsWith('b'))).toEqual(['b0', 'b1', 'b2', 'b3', 'b4']);
});
