import { expect, test } from 'vitest';
import { METHODS } from '../../strategy/methods.ts';
import { sectionsOf } from '../../strategy/registry.ts';
import { documentConfiguration } from './document.ts';

test('the reference page says what the schema says', async () => {
  await expect(documentConfiguration(sectionsOf(METHODS))).toMatchFileSnapshot(
    '../../../docs/reference/configuration.md',
  );
});
