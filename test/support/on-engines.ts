import { databases } from './databases.ts';
import { type ServerOptions, startServer, type TestServer } from './server.ts';

/** A kind of database that a server of the tests can keep its state in. */
export interface EngineOfServer {
  readonly name: string;
  start(options: ServerOptions): Promise<TestServer>;
}

/** Every behaviour that the database decides is tested on all of them. */
export const SERVER_ENGINES: readonly EngineOfServer[] = databases.map(({ name, provide }) => ({
  name,
  async start(options) {
    const database = await provide();
    try {
      const server = await startServer({ ...options, config: `${database.config}${options.config}` });
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
  },
}));
