const SIGNS_IN = { credentials: { password: { identifier: true } } };
const VERIFIED = { verification: { via: 'email' } };

/** What the tests write under `ory.sh/kratos` at an e-mail address. */
export const ADDRESS = {
  signsIn: SIGNS_IN,
  verified: { ...SIGNS_IN, ...VERIFIED },
  /** Password and code, verification and recovery. */
  mailed: {
    credentials: { ...SIGNS_IN.credentials, code: { identifier: true, via: 'email' } },
    ...VERIFIED,
    recovery: { via: 'email' },
  },
} as const;

export interface SchemaOfTest {
  readonly title: string;
  /** Traits by name, as JSON schemas. */
  readonly traits: Readonly<Record<string, object>>;
  readonly required: readonly string[];
}

/** The text of an identity schema, as it stands in a file. */
export function schemaText({ title, traits, required }: SchemaOfTest): string {
  return JSON.stringify({
    $id: `https://sallyport.test/${title.toLowerCase()}.schema.json`,
    $schema: 'http://json-schema.org/draft-07/schema#',
    title,
    type: 'object',
    properties: { traits: { type: 'object', properties: traits, required, additionalProperties: false } },
  });
}

/** A trait that holds an e-mail address. */
export const emailTrait = (use: object): object => ({
  type: 'string',
  format: 'email',
  title: 'E-mail',
  'ory.sh/kratos': use,
});

/** The person of most tests, as the file that their configurations name. */
export const personFiles = (use: object): Readonly<Record<string, string>> => ({
  'person.schema.json': schemaText({
    title: 'Person',
    traits: {
      email: emailTrait(use),
      name: { type: 'string', title: 'Name', maxLength: 100 },
      newsletter: { type: 'boolean', title: 'Newsletter' },
    },
    required: ['email'],
  }),
});
