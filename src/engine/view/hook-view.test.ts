import { expect, test } from 'vitest';
import { input, type Node } from '../../flow/json.ts';
import type { Group } from '../../flow/json.ts';
import { METHODS } from '../../strategy/methods.ts';
import { withoutSecrets } from './hook-view.ts';

const methods = { ofGroup: (group: Group) => METHODS.find((method) => method.group === group) };

test('a hook sees the form without what only the person may have', () => {
  const secret: Node = {
    type: 'text',
    group: 'totp',
    attributes: { id: 'totp_secret_key', text: { id: 1050006, text: 'JBSWY3DP', type: 'info' }, node_type: 'text' },
    messages: [],
    meta: {},
  };
  const nodes = [
    input('default', 'csrf_token', 'hidden', { value: 'token' }),
    input('default', 'traits.email', 'email', { value: 'ann@example.org' }),
    input('password', 'password', 'password'),
    input('password', 'method', 'submit', { value: 'password' }),
    secret,
    input('lookup_secret', 'lookup_secret_confirm', 'submit', { value: 'true' }),
    input('webauthn', 'webauthn_register', 'hidden', { value: 'challenge' }),
  ];
  expect(withoutSecrets(methods, nodes).map(({ attributes }) => 'name' in attributes && attributes.name)).toEqual([
    'traits.email',
    'method',
  ]);
});
