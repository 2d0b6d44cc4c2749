import { expect, test } from 'vitest';
import { isLoopback } from './loopback.ts';

test.each(['localhost', '127.0.0.1', '127.0.0.53', '::1', '[::1]'])('%s leads to this machine', (host) =>
  expect(isLoopback(host)).toBe(true),
);

test.each(['', '0.0.0.0', '10.0.0.1', '127.0.0.1.example.org', 'localhost.example.org', '::2', '[::]', '1127.0.0.1'])(
  '%s may lead elsewhere',
  (host) => expect(isLoopback(host)).toBe(false),
);
