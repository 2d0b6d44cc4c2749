import { availableParallelism } from 'node:os';
import type { Knex } from 'knex';
import { parseDsn } from './src/config/sections/dsn.ts';
import { collectProblems } from './src/config/source/problems.ts';
import { formatIssue } from './src/kernel/issue.ts';
import { knexConfig } from './src/store/knex/knex-config.ts';
import { migrationSource } from './src/store/knex/migration/migration-source.ts';

/** For Knex's own command line, on the database that `DSN` names: `DSN=sqlite://x.sqlite npm run knex -- migrate:list`. */
export default function config(): Knex.Config {
  const problems = collectProblems();
  const dsn = parseDsn(process.env['DSN'] ?? '', {
    cwd: process.cwd(),
    cores: availableParallelism(),
    at: { path: 'DSN', place: undefined },
    problems,
  });
  if (dsn === undefined) throw new Error(problems.errors.map(formatIssue).join('\n'));
  return { ...knexConfig(dsn), migrations: { migrationSource } };
}
