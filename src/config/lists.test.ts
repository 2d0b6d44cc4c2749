import { expect, test } from 'vitest';
import type { Dialect, FlowName, HookList, MethodName } from './config.ts';
import { listFor, shadowed } from './lists.ts';

function list(flow: FlowName, method: MethodName | undefined, hooks: readonly string[]): HookList {
  const name = `${flow}.after${method ? `.${method}` : ''}`;
  const path = `selfservice.flows.${name}.hooks`;
  const entries = hooks.map((hook, i) => ({
    hook,
    id: undefined,
    config: undefined,
    path: `${path}[${i}]`,
    place: { file: 'a', line: i + 1, column: 1 },
  }));
  return { name, flow, point: 'after', method, dialect: 'M', path, entries };
}
const config = (lists: readonly HookList[], dialect: Dialect = 'J') => ({ lists, dialect });

test("a method's own list runs, else the flow's, never both", () => {
  const lists = config([list('login', undefined, ['a']), list('login', 'password', ['b']), list('login', 'oidc', [])]);
  const names = (method?: MethodName): readonly string[] =>
    listFor(lists, 'login', 'after', method).entries.map(({ hook }) => hook);
  expect(names('password')).toEqual(['b']);
  expect(names('oidc')).toEqual(['a']);
  expect(names('code')).toEqual(['a']);
  expect(names()).toEqual(['a']);
});

test('without any list there is an empty one of the dialect of the file', () => {
  expect(listFor(config([]), 'registration', 'after', 'password')).toMatchObject({
    name: 'registration.after.password',
    dialect: 'J',
    entries: [],
  });
});

test("a flow's list that some methods never reach is named", () => {
  const said = shadowed(
    config([list('login', undefined, ['a']), list('login', 'password', ['b']), list('settings', undefined, ['c'])]),
  );
  expect(said).toMatchObject([{ path: 'selfservice.flows.login.after.hooks', place: { line: 1 } }]);
  expect(said[0]?.found).toContain('password');
});
