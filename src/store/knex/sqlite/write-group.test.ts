import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createConnection } from './sqlite-connection.ts';
import { runGroup, type GroupParts, type Member } from './write-group.ts';

let writer: DatabaseSync;
let parts: GroupParts;
let ends: string[];

beforeEach(() => {
  writer = new DatabaseSync(':memory:');
  writer.exec('CREATE TABLE person (name TEXT PRIMARY KEY)');
  writer.exec('CREATE TABLE session (name TEXT REFERENCES person (name) DEFERRABLE INITIALLY DEFERRED)');
  ends = [];
  parts = {
    writer,
    writing: createConnection(writer),
    whileLocked: async (work) => await work(),
    answerFor: (error) => error,
  };
});
afterEach(() => writer.close());

const people = (): readonly unknown[] =>
  writer
    .prepare('SELECT name FROM person ORDER BY name')
    .all()
    .map(({ name }) => name);

function member(name: string, within: () => void, relaxed = false): Member {
  const work = async (): Promise<void> => {
    await Promise.resolve(within());
  };
  return {
    relaxed,
    alone: work,
    within: work,
    done: async () =>
      await Promise.resolve(void ends.push(`${name} stored, ${writer.isTransaction ? 'not ' : ''}over`)),
    failed: (error) => void ends.push(`${name} failed: ${error instanceof Error ? error.message : ''}`),
  };
}
const insert = (name: string): (() => void) => {
  return () => void writer.prepare('INSERT INTO person VALUES (?)').run(name);
};

describe('a group', () => {
  test('is one transaction, and its members are told after it', async () => {
    const inside: boolean[] = [];
    const seen = (name: string): Member =>
      member(name, () => {
        inside.push(writer.isTransaction);
        insert(name)();
      });
    await runGroup(parts, [seen('a'), seen('b')]);
    expect(inside).toEqual([true, true]);
    expect(ends).toEqual(['a stored, over', 'b stored, over']);
    expect(people()).toEqual(['a', 'b']);
  });

  test('of one needs none of its own', async () => {
    await runGroup(parts, [member('a', () => insert(String(writer.isTransaction))())]);
    expect(people()).toEqual(['false']);
  });

  test('goes on without a member that fails', async () => {
    await runGroup(parts, [member('a', insert('a')), member('again', insert('a')), member('b', insert('b'))]);
    expect(ends).toEqual(['again failed: UNIQUE constraint failed: person.name', 'a stored, over', 'b stored, over']);
    expect(people()).toEqual(['a', 'b']);
  });

  test('stores nothing, and tells everybody so, when its commit fails', async () => {
    const orphan = member('orphan', () => writer.exec("INSERT INTO session VALUES ('nobody')"));
    await runGroup(parts, [member('a', insert('a')), orphan]);
    expect(ends).toEqual(['a failed: FOREIGN KEY constraint failed', 'orphan failed: FOREIGN KEY constraint failed']);
    expect(people()).toEqual([]);
    expect(writer.isTransaction).toBe(false);
  });

  test('that SQLite undid by itself stores nothing', async () => {
    const undone = member('b', () => {
      writer.exec('ROLLBACK');
      throw new Error('disk is full');
    });
    await runGroup(parts, [member('a', insert('a')), undone, member('c', insert('c'))]);
    expect(ends).toEqual(['a', 'b', 'c'].map((name) => `${name} failed: disk is full`));
    expect(people()).toEqual([]);
  });

  test('runs a member again, alone, whose work the database asks to repeat', async () => {
    let tries = 0;
    const again = member('b', () => {
      tries += 1;
      if (tries === 1) throw Object.assign(new Error('busy'), { code: 'ERR_SQLITE_ERROR', errcode: 5 });
      insert('b')();
    });
    await runGroup(parts, [again, member('a', insert('a'))]);
    expect(tries).toBe(2);
    expect(ends).toEqual(['a stored, over', 'b stored, over']);
    expect(people()).toEqual(['a', 'b']);
  });

  test.each([
    [[true, true], 1],
    [[true, false], 2],
    [[false, false], 2],
    [[true], 1],
    [[false], 2],
  ])('waits for the disk unless nobody in it asks for that: %j', async (members, expected) => {
    writer.exec('PRAGMA synchronous = FULL');
    const found: unknown[] = [];
    const asking = members.map((relaxed) =>
      member('', () => found.push(writer.prepare('PRAGMA synchronous').get()?.['synchronous']), relaxed),
    );
    const [first, ...rest] = asking;
    if (first === undefined) throw new Error('no member');
    await runGroup(parts, [first, ...rest]);
    expect(found).toEqual(members.map(() => expected));
    expect(writer.prepare('PRAGMA synchronous').get()?.['synchronous']).toBe(2);
  });
});
