import { SallyportError } from '../../../kernel/error.ts';
import type { Executor, Statement } from '../connection.ts';

/** Writes a row that refers to a flow. Throws `flow_moved` when the flow is deleted, as for any other change of it. */
export async function writeOnFlow(executor: Executor, statement: Statement): Promise<void> {
  try {
    await executor.write(statement);
  } catch (error) {
    if (executor.dialect.faultOf(error) !== 'orphan') throw error;
    throw new SallyportError('flow_moved', 'The flow no longer exists.', { cause: error });
  }
}
