import type { DatabaseSync } from 'node:sqlite';
import { sqliteFault } from './errors.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/**
 * A write, or a transaction, that may share its commit with those that wait beside it. It is answered after that commit: it
 * is as durable as alone, and the disk is waited for once for all of them.
 */
export interface Shared<T> {
  /** It need not wait for the disk. A group waits unless this is true of all its members. */
  readonly relaxed: boolean;
  /** Does the work in a transaction of its own. */
  alone(): Promise<T>;
  /** Does the work in a part of an open transaction, and undoes that part before it throws. */
  within(): Promise<T>;
  /** Called when what `within` did is stored. */
  committed?(): Promise<void>;
}

/** A `Shared` whose result somebody waits for. */
export interface Member extends Pick<Shared<unknown>, 'relaxed'> {
  alone(): Promise<void>;
  within(): Promise<void>;
  /** The work is stored. */
  done(): Promise<void>;
  failed(error: unknown): void;
}

export interface GroupParts {
  readonly writer: DatabaseSync;
  readonly writing: SqliteConnection;
  /** Runs work again while another process holds the lock. */
  readonly whileLocked: <T>(work: () => Promise<T>) => Promise<T>;
  /** What whoever waits is told of an error. */
  readonly answerFor: (error: unknown) => unknown;
}

/** Runs the members of a group in the order they came, and tells each how it ended. Never throws. */
export async function runGroup(parts: GroupParts, members: readonly [Member, ...Member[]]): Promise<void> {
  if (members.length === 1) await runAlone(parts, members[0]);
  else await runTogether(parts, members);
}

async function runAlone({ writing, whileLocked }: GroupParts, member: Member): Promise<void> {
  try {
    await whileLocked(async () => {
      await withSync(writing, member.relaxed, async () => {
        await member.alone();
      });
    });
    await member.done();
  } catch (error) {
    member.failed(error);
  }
}

async function runTogether(parts: GroupParts, members: readonly Member[]): Promise<void> {
  const relaxed = members.every((member) => member.relaxed);
  try {
    const { worked, again } = await withSync(parts.writing, relaxed, async () => await commitAll(parts, members));
    for (const member of worked) await member.done();
    for (const member of again) await runAlone(parts, member);
  } catch (error) {
    // Nobody's work is stored. Whoever has been told already is not told again.
    for (const member of members) member.failed(error);
  }
}

/** Members that the database asks to run again are left for transactions of their own. */
async function commitAll(
  { writer, writing, whileLocked, answerFor }: GroupParts,
  members: readonly Member[],
): Promise<{ readonly worked: readonly Member[]; readonly again: readonly Member[] }> {
  await whileLocked(async () => {
    await Promise.resolve(writing.exec('BEGIN IMMEDIATE'));
  });
  const worked: Member[] = [];
  const again: Member[] = [];
  try {
    for (const member of members) {
      try {
        await member.within();
        worked.push(member);
      } catch (error) {
        // After FULL or IOERR SQLite may have undone everything.
        if (!writer.isTransaction) throw error;
        if (sqliteFault(error) === 'retry') again.push(member);
        else member.failed(answerFor(error));
      }
    }
    writing.exec('COMMIT');
    return { worked, again };
  } catch (error) {
    if (writer.isTransaction) writing.exec('ROLLBACK');
    throw answerFor(error);
  }
}

/** The setting cannot be changed inside of a transaction. */
async function withSync<T>(writing: SqliteConnection, relaxed: boolean, work: () => Promise<T>): Promise<T> {
  if (!relaxed) return await work();
  writing.exec('PRAGMA synchronous = NORMAL');
  try {
    return await work();
  } finally {
    writing.exec('PRAGMA synchronous = FULL');
  }
}
