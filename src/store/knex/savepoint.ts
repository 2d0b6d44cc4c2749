import { plain, type Executor, type PreparedStatement } from './connection.ts';

const back = (name: string): PreparedStatement => plain(`ROLLBACK TO SAVEPOINT ${name}`);

/**
 * Runs part of a transaction that can be undone: its writes are undone when `work` throws, and when `undo` returns true
 * for its result. The savepoint is released with the transaction.
 */
export async function savepoint<T>(
  executor: Executor,
  /** Differs from the name of every savepoint around it: MySQL forgets an older one of the same name. */
  name: string,
  work: () => Promise<T>,
  undo?: (result: T) => boolean,
  /** Is called when it was undone. */
  undone: () => void = () => undefined,
): Promise<T> {
  await executor.write(plain(`SAVEPOINT ${name}`));
  let result: T;
  try {
    result = await work();
  } catch (error) {
    undone();
    // After a deadlock the transaction and its savepoints are undone already; the first error is the one to throw.
    await executor.write(back(name)).catch(() => undefined);
    throw error;
  }
  if (undo?.(result) === true) {
    undone();
    await executor.write(back(name));
  }
  return result;
}
