import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, type HttpClient, read, readText } from '../support/http-client.ts';
import { mailConfig } from '../support/mail-config.ts';
import { begin } from '../support/self-service.ts';

/* What a schema takes is stored, or refused on the form: no second check behind the schema ends without a form. */

const use = (more: object): object => ({
  'ory.sh/kratos': { credentials: { password: { identifier: true } }, ...more },
});
const byMail = { verification: { via: 'email' }, recovery: { via: 'email' } };
const bySms = { verification: { via: 'sms' } };

/** Traits whose annotations and formats agree, and such as people write that do not. */
const SCHEMAS: Readonly<Record<string, object>> = {
  'texts of any kind': {
    properties: {
      id: { type: 'string', ...use({}) },
      note: { type: 'string' },
      size: { type: ['number', 'null'] },
      yes: { const: true },
      colour: { enum: ['red', 7, null] },
      nested: { type: 'object', properties: { deep: { type: ['string', 'null'] } } },
      tags: { type: 'array', items: { type: ['string', 'number'] } },
      many: { type: 'array', items: { type: 'object' } },
    },
  },
  'an address without a format': { properties: { id: { type: 'string', ...use(byMail) } } },
  'an address of no format that is checked': {
    properties: { id: { type: 'string', format: 'no-validate', ...use(byMail) } },
  },
  'a number that mails are sent to': { properties: { id: { type: 'string', format: 'tel', ...use(byMail) } } },
  'an address that text messages are sent to': {
    properties: { id: { type: 'string', format: 'email', ...use(bySms) } },
  },
  'a date, a place on the web and no address': {
    properties: {
      id: { type: 'string', format: 'uri', ...use({}) },
      born: { type: 'string', format: 'date', ...use({ verification: { via: 'email' } }) },
    },
  },
  'an address that may be absent, in one of two forms': {
    properties: {
      id: { anyOf: [{ type: 'string', format: 'email', ...use(byMail) }, { type: 'null' }] },
    },
  },
  'addresses in a list': { properties: { id: { type: 'array', items: { type: 'string', ...use(byMail) } } } },
};

const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.emailAddress(),
  fc.constantFrom(
    '',
    ' ',
    '+49 (0)30 123456',
    'a@b',
    'A@B.example',
    '\u0000',
    '\u202e',
    'x'.repeat(700),
    'é@ü.example',
  ),
  fc.constantFrom(
    '2026-02-30',
    '2026-02-28',
    'https://a.example/',
    'ada@sallyport.test',
    '__proto__',
    '${env:HOME}',
    '{{ . }}',
  ),
);
const value = fc.oneof(
  { weight: 8, arbitrary: text },
  fc.jsonValue({ maxDepth: 2 }),
  fc.array(text, { maxLength: 3 }),
  fc.constantFrom(null, true, 0, -0.5, 1e21, {}, []),
);
const others = fc.dictionary(
  fc.oneof(fc.constantFrom('id', 'id', 'id', 'note', 'size', 'yes', 'colour', 'nested', 'tags', 'many', 'born'), text),
  value,
  { maxKeys: 3 },
);
/** Often with something that identifies somebody, and nothing else that could be wrong. */
const traits = fc.oneof(
  others,
  fc.tuple(value, others).map(([id, more]) => ({ ...more, id })),
  text.map((id) => ({ id })),
  fc.nat().map((n) => ({ id: `https://a.example/${n}`, born: '2026-02-28' })),
  fc.nat().map((n) => ({ id: [`q${n}@sallyport.test`, `r${n}@sallyport.test`] })),
  fc.nat().map((n) => ({ id: n % 2 === 0 ? `p${n}@sallyport.test` : `+49 (0)30 ${1_000_000 + n}` })),
);

describe.each(Object.entries(SCHEMAS))('a schema with %s', (_what, schema) => {
  let server: EmbeddedServer;
  let http: HttpClient;
  beforeAll(async () => {
    http = createHttpClient({ cookies: false });
    const document = { type: 'object', properties: { traits: { type: 'object', ...schema } } };
    server = await startEmbedded({
      config: mailConfig({ uri: 'smtp://127.0.0.1:1/' }),
      files: { 'person.schema.json': JSON.stringify(document) },
    });
  });
  afterAll(async () => {
    http.close();
    await server.stop();
  });

  test('whatever is sent as traits is taken, or refused on the form', async () => {
    const counts = { taken: 0, refused: 0 };
    const answered = (what: string, { status, text: body, json }: Awaited<ReturnType<HttpClient['post']>>): void => {
      const isForm = status === 400 && read(json, 'ui.nodes') !== undefined;
      if (status !== 200 && !isForm) throw new Error(`${what}: ${status} ${body}`);
      counts[isForm ? 'refused' : 'taken'] += 1;
    };
    await fc.assert(
      fc.asyncProperty(traits, traits, async (first, second) => {
        const flow = await begin(http, server.publicUrl, 'registration', 'api');
        const json = { method: 'password', traits: first, password: 'clouds over the harbour' };
        const registered = await http.post(flow.action, { json });
        answered('registration', registered);
        if (registered.status !== 200) return;
        const headers = { 'x-session-token': readText(registered.json, 'session_token') };
        const settings = await http.get(`${server.publicUrl}/self-service/settings/api`, { headers });
        const action = readText(settings.json, 'ui.action');
        const saved = await http.post(action, { headers, json: { method: 'profile', traits: second } });
        answered('settings', saved);
      }),
      { numRuns: 60, seed: 7, endOnFailure: true },
    );
    expect([counts.taken > 0, counts.refused > 0]).toEqual([true, true]);
  }, 120_000);
});
