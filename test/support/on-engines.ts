import { createDatabase } from './mariadb.ts';
import { type ServerOptions, startServer, type TestServer } from './server.ts';

/** A kind of database that a server of the tests can keep its state in. */
export interface EngineOfServer {
  readonly name: string;
  start(options: ServerOptions): Promise<TestServer>;
}

/** Every behaviour that the database decides is tested on all of them. */
export const SERVER_ENGINES: readonly EngineOfServer[] = [
  { name: 'SQLite', start: startServer },
  { name: 'MySQL or MariaDB', start: onMysql },
];

async function onMysql(options: ServerOptions): Promise<TestServer> {
  const database = await createDatabase();
  const { username, password, hostname, port } = new URL(database.url);
  const dsn = `mysql://${username}:${password}@tcp(${hostname}:${port === '' ? 3306 : port})/${database.name}`;
  try {
    const server = await startServer({ ...options, config: `dsn: '${dsn}'\n${options.config}` });
    return {
      ...server,
      async stop(stopping) {
        const status = await server.stop(stopping);
        await database.drop();
        return status;
      },
    };
  } catch (error) {
    await database.drop();
    throw error;
  }
}
