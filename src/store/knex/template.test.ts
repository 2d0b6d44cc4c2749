import knex from 'knex';
import { expect, test } from 'vitest';
import { fill, named, template } from './template.ts';

const sql = knex({ client: 'mysql2' });

test('values go where their names stood, however the builder orders them', () => {
  const made = template(
    sql('flows')
      .where({ id: 'id', revision: 'before' })
      .update(named(['state', 'context'])),
  );
  const { text, values, hot } = fill(made, { id: 'a', before: 4, context: '{}', state: '"form"', more: 1 });
  expect(text).toBe('update `flows` set `state` = ?, `context` = ? where `id` = ? and `revision` = ?');
  expect(values).toEqual(['"form"', '{}', 'a', 4]);
  expect(hot).toBe(true);
});

test('null is a value, what is missing is an error', () => {
  const made = template(sql('flows').insert(named(['id', 'due'])));
  const { text, values } = fill(made, { id: 'a', due: null });
  expect([...text.matchAll(/`(id|due)`/g)].map(([, name]) => name)).toEqual(made.names);
  expect(values).toEqual(made.names.map((name) => (name === 'id' ? 'a' : null)));
  expect(() => fill(made, { id: 'a' })).toThrow('lacks its due');
});
