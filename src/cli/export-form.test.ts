import { expect, test } from 'vitest';
import { exportForm } from './export-form.ts';

test('a person is exported as the admin API makes one: no id, no times, and of credentials what it takes', () => {
  const link = { provider: 'acme', subject: '1', initial_id_token: 'secret', organization: 'sales' };
  expect(
    exportForm({
      id: 'x',
      schema_id: 'person',
      traits: { email: 'ada@example.org' },
      created_at: '2026-01-01T00:00:00.000Z',
      credentials: {
        password: { type: 'password', identifiers: ['ada@example.org'], config: { hashed_password: '$2b$' } },
        oidc: { type: 'oidc', config: { providers: [link] } },
        totp: { type: 'totp', identifiers: ['x'] },
        code: { type: 'code', config: { addresses: [] } },
      },
    }),
  ).toEqual({
    schema_id: 'person',
    traits: { email: 'ada@example.org' },
    credentials: {
      password: { config: { hashed_password: '$2b$' } },
      oidc: { config: { providers: [{ provider: 'acme', subject: '1', organization: 'sales' }] } },
    },
  });
});
