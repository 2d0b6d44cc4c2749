import type { Queries } from './engine.ts';

const text = (sql: string): { readonly text: string; readonly values: readonly [] } => ({ text: sql, values: [] });

/** Part of a transaction that can be undone: what `work` wrote goes when it throws, or when `undo` says so. */
export async function savepoint<T>(
  queries: Queries,
  /** Unlike that of every part around it: MySQL forgets the older one of a name. */
  name: string,
  work: () => Promise<T>,
  undo?: (result: T) => boolean,
): Promise<T> {
  await queries.write(text(`SAVEPOINT ${name}`));
  let result: T;
  try {
    result = await work();
  } catch (error) {
    // After a deadlock the whole transaction is gone and the savepoint with it; what matters is the first error.
    await back(queries, name).catch(() => undefined);
    throw error;
  }
  if (undo?.(result) === true) await back(queries, name);
  else await queries.write(text(`RELEASE SAVEPOINT ${name}`));
  return result;
}

async function back(queries: Queries, name: string): Promise<void> {
  await queries.write(text(`ROLLBACK TO SAVEPOINT ${name}`));
  await queries.write(text(`RELEASE SAVEPOINT ${name}`));
}
