import type { Knex } from 'knex';
import type { Connection } from 'mysql2';
import { plain, type Executor } from '../connection.ts';
import { tryWrite } from '../try-write.ts';
import type { Unavailable } from '../unavailable.ts';
import { executorBy, rowsIn, send } from './mysql-connection.ts';

const PROBE_TIMEOUT = 1_000;

export interface MysqlProbe {
  /** Throws `unavailable` when the server does not answer, takes no writes, or when `check` throws. */
  run(check: (executor: Executor) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** The readiness probe, on a connection of its own, so that an exhausted pool does not look like a dead server. */
export function createProbe(
  { sql, unavailable }: { readonly sql: Knex; readonly unavailable: Unavailable },
  connect: () => Promise<Connection>,
): MysqlProbe {
  let connecting: Promise<Connection> | undefined;
  return {
    async run(check) {
      try {
        connecting ??= connect();
        const connection = await connecting;
        const closed = plain('SELECT @@global.read_only + @@global.innodb_read_only AS closed');
        const [row] = rowsIn<{ readonly closed: number }>(await send(connection, closed, PROBE_TIMEOUT));
        if (row?.closed !== 0) throw new Error('The server is read-only.');
        const executor = executorBy(sql, (statement) => send(connection, statement, PROBE_TIMEOUT));
        await check(executor);
        await send(connection, plain('START TRANSACTION'), PROBE_TIMEOUT);
        await tryWrite(executor);
        await send(connection, plain('COMMIT'), PROBE_TIMEOUT);
      } catch (error) {
        const dead = connecting;
        connecting = undefined;
        // The first error is the one to throw; a connection that never came up needs no end.
        dead?.then((connection) => connection.destroy()).catch(() => undefined);
        throw unavailable(error);
      }
    },
    async close() {
      const connection = await connecting?.catch(() => undefined); // a connection that never came up needs no end
      connection?.destroy();
    },
  };
}
