// npm run knex -- <command>: Knex's own command line on knexfile.ts. It looks for a TypeScript loader before it reads
// the file, and complains of each it does not find; Node strips the types itself, so it is told that one is there.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
require.extensions['.ts'] ??= require.extensions['.js'];

process.argv.splice(2, 0, '--knexfile', 'knexfile.ts');
require('../node_modules/knex/bin/cli.js');
