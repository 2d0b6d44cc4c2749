import { expect, test } from 'vitest';
import { createCurrent } from './current.ts';

function start() {
  const said: string[] = [];
  const current = createCurrent('one', {
    retire: (value) => said.push(`retired ${value}`),
    release: async (value) => void said.push(`released ${value}`),
  });
  return { said, current };
}

test('a value that nothing uses is released as soon as it is replaced', () => {
  const { said, current } = start();
  current.replace('two');
  expect([current.get(), current.count(), said]).toEqual(['two', 1, ['retired one', 'released one']]);
});

test('a value in use is released when its last user is done', () => {
  const { said, current } = start();
  const [first, second] = [current.use(), current.use()];
  current.replace('two');
  first.done();
  expect([first.value, current.count(), said]).toEqual(['one', 2, ['retired one']]);
  second.done();
  expect([current.count(), said]).toEqual([1, ['retired one', 'released one']]);
});

test('the newest value stays when nothing uses it', () => {
  const { said, current } = start();
  current.use().done();
  expect([current.count(), said]).toEqual([1, []]);
});

test('closing releases the newest and those in use, each once', async () => {
  const { said, current } = start();
  const { done } = current.use();
  current.replace('two');
  await current.close();
  done();
  expect([current.count(), said]).toEqual([0, ['retired one', 'released one', 'released two']]);
});

test('a thousand values leave one', () => {
  const { said, current } = start();
  for (let n = 0; n < 1_000; n += 1) {
    const { done } = current.use();
    current.replace(String(n));
    done();
  }
  expect([current.count(), said.filter((each) => each.startsWith('released')).length]).toEqual([1, 1_000]);
});
