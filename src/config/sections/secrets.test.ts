import { expect, test } from 'vitest';
import { isWeak } from './secrets.ts';

test.each([
  'something-super-secret',
  'PLEASE-CHANGE-ME-I-AM-VERY-INSECURE',
  '32-LONG-SECRET-NOT-SECURE-AT-ALL',
  'abcabcabcabcabcabcabcabcabcabcabcabc',
  'hunter2-hunter2-hunter2-hunter2-hunter2-',
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabbbb',
  'nine-and-twenty-bytes-only-xy',
])('%s is weak', (secret) => expect(isWeak(secret)).toBe(true));

test.each([
  'k3Jx9-qPz7_Wm2Rt8-Vb5Nc1-Ys6Hd4Fg0',
  'Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2Rl',
  '4f1c9e07b3a85d26e8c1704b9f3a6d52',
])('%s is not', (secret) => expect(isWeak(secret)).toBe(false));
