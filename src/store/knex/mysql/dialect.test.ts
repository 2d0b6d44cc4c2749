import { expect, test } from 'vitest';
import { dialectOf } from './dialect.ts';

test.each([
  ['10.11.19-MariaDB-ubu2204', true],
  ['11.4.2-MariaDB', true],
  ['10.5.0-MariaDB', true],
  ['10.4.34-MariaDB', false],
  ['8.4.3', false],
  ['8.0.11-TiDB-v7.5.0', false],
  ['', false],
])('a server of version %j counts tries of several keys in one statement: %s', (version, together) => {
  expect(dialectOf(version).countTries !== undefined).toBe(together);
});
