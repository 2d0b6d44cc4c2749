import { createStore as plain } from '../../src/store/knex/create-store.ts';
import { undone } from './undone.ts';

/** In the place of the server's own, by preload.ts. */
export const createStore: typeof plain = async (dsn, dependencies) => undone(await plain(dsn, dependencies));
