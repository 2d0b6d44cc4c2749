import { definitionsOf, type Tables } from './definition.ts';

export const sqliteTables: Tables = {
  async create(knex, table) {
    await knex.raw(`CREATE TABLE IF NOT EXISTS ${table.name} (${definitionsOf(table).join(', ')})`);
    for (const [name, columns] of Object.entries(table.unique ?? {})) {
      await knex.raw(`CREATE UNIQUE INDEX IF NOT EXISTS ${name} ON ${table.name} (${columns.join(', ')})`);
    }
    for (const [name, columns] of Object.entries(table.indexes ?? {})) {
      await knex.raw(`CREATE INDEX IF NOT EXISTS ${name} ON ${table.name} (${columns.join(', ')})`);
    }
  },
  // SQLite stores any value in any column.
  changeType: async () => await Promise.resolve(),
  limitsText: false,
};
