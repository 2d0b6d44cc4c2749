import { plain, type Executor, type PreparedStatement } from './connection.ts';

const back = (name: string): PreparedStatement => plain(`ROLLBACK TO SAVEPOINT ${name}`);

/**
 * Part of a transaction that can be undone: what `work` wrote goes when it throws, or when `undo` says so. The savepoint
 * itself goes with the transaction.
 */
export async function savepoint<T>(
  executor: Executor,
  /** Unlike that of every part around it: MySQL forgets the older one of a name. */
  name: string,
  work: () => Promise<T>,
  undo?: (result: T) => boolean,
): Promise<T> {
  await executor.write(plain(`SAVEPOINT ${name}`));
  let result: T;
  try {
    result = await work();
  } catch (error) {
    // After a deadlock the whole transaction is gone and the savepoint with it; what matters is the first error.
    await executor.write(back(name)).catch(() => undefined);
    throw error;
  }
  if (undo?.(result) === true) await executor.write(back(name));
  return result;
}
