import {
  createLocalJWKSet,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  type JSONWebKeySet,
} from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { BASIC_CONFIG } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, read, readText } from '../support/http-client.ts';
import { ADDRESS, personFiles } from '../support/schemas.ts';
import { signIn } from '../support/self-service.ts';

const person = { email: 'token@sallyport.test', password: 'clouds over the harbour' };
const http = createHttpClient({ cookies: false });
const base64 = (text: string): string => `base64://${Buffer.from(text).toString('base64')}`;

async function keySet(...algorithms: readonly string[]): Promise<string> {
  const keys = await Promise.all(
    algorithms.map(async (alg) => {
      const { privateKey } = await generateKeyPair(alg, { extractable: true });
      return { ...(await exportJWK(privateKey)), alg, kid: `key-${alg}` };
    }),
  );
  return JSON.stringify({ keys });
}

const MAPPER = `
local session = std.extVar('session');
local claims = std.extVar('claims');
{ claims: {
  email: session.identity.traits.email,
  schema: session.identity.schema_id,
  iss: claims.iss + 'tokens',
  sub: 'somebody else',
} }`;

let server: EmbeddedServer;
let session: string;

beforeAll(async () => {
  const templates = [
    `plain: { jwks_url: '${base64(await keySet('ES256', 'RS256'))}' }`,
    'long: { jwks_url: file://./keys.json, ttl: 10m }',
    `mapped: { jwks_url: file://./keys.json, claims_mapper_url: '${base64(MAPPER)}' }`,
    'written: { jwks_url: file://./keys.json, claims_mapper_url: file://./claims.ts }',
    'slow: { jwks_url: file://./keys.json, claims_mapper_url: file://./slow.mts }',
    `nothing: { jwks_url: file://./keys.json, claims_mapper_url: '${base64('{ claims: [] }')}' }`,
    `raises: { jwks_url: file://./keys.json, claims_mapper_url: '${base64("{ claims: error 'no' }")}' }`,
    'external: { jwks_url: file://./keys.json, subject_source: external_id }',
    'missing: { jwks_url: file://./nowhere.json }',
    'remote: { jwks_url: "http://127.0.0.1:9/keys.json" }',
  ];
  server = await startEmbedded({
    config: `${BASIC_CONFIG}session: { whoami: { tokenizer: { templates: {\n  ${templates.join(',\n  ')} } } } }\n`,
    files: {
      ...personFiles(ADDRESS.signsIn),
      'keys.json': await keySet('EdDSA'),
      'claims.ts':
        'export default ({ session, claims }: any) => ({ claims: { lasts: claims.exp - claims.iat, active: session.active } });\n',
      'slow.mts': 'export default () => new Promise(() => undefined);\n',
    },
  });
  await createPerson(server.adminUrl, person);
  session = readText((await signIn(http, server.publicUrl, person)).json, 'session_token');
});
afterAll(async () => {
  http.close();
  await server.stop();
});

const whoami = (query: string) =>
  http.get(`${server.publicUrl}/sessions/whoami${query}`, { headers: { 'X-Session-Token': session } });

/** What a token says, checked with the keys that the server gives away. */
async function opened(template: string) {
  const answer = await whoami(`?tokenize_as=${template}`);
  expect(answer.status, answer.text).toBe(200);
  const { json } = await http.get(`${server.publicUrl}/.well-known/ory/jwks.json`);
  const token = readText(answer.json, 'tokenized');
  const { payload } = await jwtVerify(token, createLocalJWKSet(json as JSONWebKeySet));
  return { answer, token, payload, header: decodeProtectedHeader(token) };
}

describe('whoami?tokenize_as', () => {
  test('answers the session as without it, and a token that says whose it is', async () => {
    const plain = await whoami('');
    const { answer, payload, header } = await opened('plain');
    expect(answer.json).toEqual({ ...(plain.json as object), tokenized: expect.any(String) });
    expect(answer.headers['x-kratos-authenticated-identity-id']).toBe(readText(plain.json, 'identity.id'));
    expect(header).toEqual({ alg: 'ES256', kid: 'key-ES256', typ: 'JWT' });
    expect(payload).toEqual({
      exp: expect.any(Number),
      iat: expect.any(Number),
      nbf: payload.iat,
      iss: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/?$/),
      jti: expect.stringMatching(/^[\da-f-]{36}$/),
      sid: readText(plain.json, 'id'),
      sub: readText(plain.json, 'identity.id'),
    });
  });

  test('is good for a minute unless the template says how long', async () => {
    const { payload } = await opened('plain');
    expect(Number(payload.exp) - Number(payload.iat)).toBe(60);
    const long = await opened('long');
    expect(Number(long.payload.exp) - Number(long.payload.iat)).toBe(600);
    expect(long.header.alg).toBe('EdDSA');
  });

  test('is another token each time', async () => {
    expect((await opened('plain')).payload.jti).not.toBe((await opened('plain')).payload.jti);
  });

  test('has the claims that Jsonnet makes of the session, which change all but the subject', async () => {
    const { payload, answer } = await opened('mapped');
    expect(payload).toMatchObject({ email: person.email, schema: 'person' });
    expect(payload.iss).toMatch(/tokens$/);
    expect(payload.sub).toBe(readText(answer.json, 'identity.id'));
  });

  test('has the claims that TypeScript makes of the session', async () => {
    expect((await opened('written')).payload).toMatchObject({ lasts: 60, active: true });
  });

  test.each([
    ['a template that nobody wrote', '?tokenize_as=unknown', 'There is no token template "unknown"'],
    ['two templates', '?tokenize_as=plain&tokenize_as=long', 'more than once'],
    ['a mapper that raises an error', '?tokenize_as=raises', 'mapper of the token template raises failed'],
    ['a mapper that never answers', '?tokenize_as=slow', 'mapper of the token template slow failed'],
    ['a mapper that makes no claims', '?tokenize_as=nothing', 'made no object `claims`'],
    ['an account without an external id', '?tokenize_as=external', 'no external id'],
    ['keys that are not there', '?tokenize_as=missing', 'nowhere.json'],
    ['keys over plain http', '?tokenize_as=remote', 'plain http'],
  ])('refuses %s', async (_what, query, why) => {
    const answer = await whoami(query);
    expect(answer.status).toBe(400);
    expect(readText(answer.json, 'error.reason')).toContain(why);
    expect(answer.text).not.toContain('tokenized');
  });

  test('gives nobody a token who is not signed in', async () => {
    const { status, text } = await http.get(`${server.publicUrl}/sessions/whoami?tokenize_as=plain`);
    expect(status).toBe(401);
    expect(text).not.toContain('eyJ');
  });
});

describe('the keys', () => {
  test('are given to everybody, without their private parts', async () => {
    const { json, text, headers } = await http.get(`${server.publicUrl}/.well-known/ory/jwks.json`);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['cache-control']).toBe('public, max-age=300');
    expect(read(json, 'keys')).toHaveLength(3);
    expect(text).not.toMatch(/"(?:d|p|q|dp|dq|qi|k)":/);
  });
});
