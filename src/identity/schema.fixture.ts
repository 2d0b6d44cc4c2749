import type { JsonObject } from '../kernel/json.ts';

/** The customer of a shop: two identifiers, an address for verification and recovery, and one field of each kind. */
export const customer: JsonObject = {
  $id: 'https://shop.example/customer.schema.json',
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Customer',
  type: 'object',
  properties: {
    traits: {
      type: 'object',
      properties: {
        mail: {
          type: 'string',
          format: 'email',
          title: 'Electronic mail',
          'ory.sh/kratos': {
            credentials: {
              password: { identifier: true },
              code: { identifier: true, via: 'email' },
              totp: { account_name: true },
            },
            verification: { via: 'email' },
            recovery: { via: 'email' },
          },
        },
        login: {
          type: 'string',
          title: 'Login name',
          pattern: '^[a-z][a-z0-9_]{2,15}$',
          'ory.sh/kratos': { credentials: { password: { identifier: true } } },
        },
        person: {
          type: 'object',
          properties: {
            given: { type: 'string', title: 'Given', maxLength: 12 },
            family: { type: 'string', title: 'Family' },
          },
        },
        children: { type: 'integer', title: 'Children', minimum: 0, maximum: 20 },
        terms: { type: 'boolean', title: 'Terms', const: true },
      },
      required: ['mail', 'terms'],
      additionalProperties: false,
    },
  },
};
