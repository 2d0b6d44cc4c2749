import { expect, test } from 'vitest';
import { logout } from '../flow/logout.ts';
import { registration } from '../flow/registration.ts';
import type { Phase } from '../kernel/verdict.ts';
import { pathsOf } from './paths.ts';
import { subjectWith } from '../../test/support/machines.ts';

const many = (phase: Phase, count: number) =>
  Array.from({ length: count }, (_, i) => ({ name: `${phase}${i}`, phase }));

test('the number of paths grows with the hooks, not with what they could say together', async () => {
  const lists = {
    'logout.before': many('prepare', 20),
    'logout.after': many('follow', 20),
    'registration.after.password': [...many('prepare', 20), ...many('write', 20), ...many('follow', 20)],
  };
  const subject = await subjectWith(
    { logout: (stepsOf) => logout({ stepsOf }), registration: (stepsOf) => registration({ methods: [{ method: 'password' }], style: 'unified', stepsOf }) },
    lists,
  ); // prettier-ignore
  const of = (kind: 'logout' | 'registration') => {
    const graph = subject.graphs.get(kind);
    return graph === undefined ? [] : pathsOf(graph);
  };
  // At a logout every verdict leads on: one way, and the last hook's refusal told apart.
  expect(of('logout').length).toBeLessThanOrEqual(2);
  const paths = of('registration');
  expect(paths.length).toBeGreaterThan(60);
  expect(paths.length).toBeLessThan(200);
  expect(new Set(paths.map(({ id }) => id)).size).toBe(paths.length);
  expect(new Set(paths.filter(({ outcome }) => outcome === 'refused').map(({ end }) => end))).toEqual(
    new Set(['form.waiting']),
  );
});
