import { expect, test } from 'vitest';
import { documentConfiguration } from './document.ts';

test('the reference page says what the schema says', async () => {
  await expect(documentConfiguration()).toMatchFileSnapshot('../../../docs/reference/configuration.md');
});
