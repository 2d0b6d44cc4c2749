import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OidcProvider } from '../provider-entry.ts';
import { formatIssue } from '../../../kernel/issue.ts';
import { must } from '../../../kernel/error.ts';
import { parseClaims, type Claims, type ClaimsMapper, type Mapped } from '../claims.ts';
import { createDeclaredMapper, parseRules } from './declared.ts';
import { createJsonnetMapper } from './jsonnet.ts';
import { loadMappers, type LoadedMappers, type MapperSources } from './load.ts';
import { createFunctionMapper, type MapClaims } from './typescript.ts';

const claims = (sent: object = {}): Claims =>
  must(parseClaims({ sub: 's', email: 'ana@example.org', email_verified: true, ...sent }, 'https://id.example'), 'sub');

const mapped = (traits: object, more: object = {}): Mapped => ({
  kind: 'mapped',
  identity: { traits: traits as never, metadataPublic: null, metadataAdmin: null, verifiedAddresses: [], ...more },
});

describe('a mapper in Jsonnet', () => {
  const map = (text: string, sent: object = {}): Promise<Mapped> =>
    createJsonnetMapper(text, 'm.jsonnet').map(claims(sent));

  test('makes traits, metadata and verified addresses', async () => {
    const text = `
      local claims = { email_verified: false } + std.extVar('claims');
      {
        identity: {
          traits: {
            [if 'email' in claims && claims.email_verified then 'email']: claims.email,
            name: { first: std.get(claims, 'given_name', 'nobody') },
          },
          metadata_public: { locale: std.get(claims, 'locale') },
          metadata_admin: { groups: claims.raw_claims.groups },
          verified_addresses: std.prune([if claims.email_verified then { via: 'email', value: claims.email }]),
          something_else: 1,
        },
      }`;
    expect(await map(text, { groups: ['staff'] })).toEqual(
      mapped(
        { email: 'ana@example.org', name: { first: 'nobody' } },
        {
          metadataPublic: { locale: null },
          metadataAdmin: { groups: ['staff'] },
          verifiedAddresses: [{ via: 'email', value: 'ana@example.org' }],
        },
      ),
    );
    expect(await map(text, { groups: [], email_verified: false })).toEqual(
      mapped({ name: { first: 'nobody' } }, { metadataPublic: { locale: null }, metadataAdmin: { groups: [] } }),
    );
  });

  test('refuses with the sentence of its error', async () => {
    const text = `local c = std.extVar('claims'); if c.email_verified then { identity: { traits: {} } } else error 'Verify your address first.'`;
    expect(await map(text, { email_verified: false })).toEqual({
      kind: 'refused',
      reason: 'Verify your address first.',
    });
    expect(await map(text)).toEqual(mapped({}));
  });

  test.each([
    [
      'a claim that is not there',
      `{ identity: { traits: { a: std.extVar('claims').nickname } } }`,
      'm.jsonnet:1:49 there is no field "nickname"',
    ],
    ['no identity', '{}', 'm.jsonnet: the result has no object `identity`'],
    ['traits of another kind', '{ identity: { traits: [] } }', 'm.jsonnet: `identity.traits` is not an object'],
    [
      'an address without a channel',
      `{ identity: { traits: {}, verified_addresses: [{ value: 'a' }] } }`,
      'm.jsonnet: an entry of `identity.verified_addresses` is not { via: email or sms, value: text }',
    ],
    [
      'addresses that are no list',
      `{ identity: { traits: {}, verified_addresses: 'a' } }`,
      'm.jsonnet: `identity.verified_addresses` is not a list',
    ],
    ['no end', 'local f(x) = f(x); f(1)', 'm.jsonnet:1:14 more than 1500 evaluations are inside of each other'],
    [
      'a megabyte',
      `{ identity: { traits: { a: std.repeat('x', 1e6) } } }`,
      'm.jsonnet:1:38 a text is longer than 65536 characters',
    ],
    [
      'the environment',
      `{ identity: { traits: { a: std.extVar('PATH') } } }`,
      'm.jsonnet:1:38 std.extVar: there is no external variable "PATH"',
    ],
  ])('breaks over %s', async (_name, text, message) => {
    await expect(map(text)).rejects.toMatchObject({ name: 'MapperFault', message });
  });
});

describe('a mapper in TypeScript', () => {
  const map = (fn: unknown, sent: object = {}): Promise<Mapped> =>
    createFunctionMapper(fn as MapClaims, 'm.ts').map(claims(sent));

  test('gets frozen claims and answers as a file in Jsonnet does, now or later', async () => {
    const fn = ({ email = '' }: Claims): unknown => ({
      identity: { traits: { email }, verified_addresses: [{ via: 'email', value: email }] },
    });
    const made = mapped(
      { email: 'ana@example.org' },
      { verifiedAddresses: [{ via: 'email', value: 'ana@example.org' }] },
    );
    expect(await map(fn)).toEqual(made);
    expect(await map((given: Claims) => Promise.resolve(fn(given)))).toEqual(made);
    await expect(map((given: { email: string }) => (given.email = 'x'))).rejects.toThrow('m.ts: it threw TypeError');
  });

  test('refuses with its sentence', async () => {
    expect(await map(() => ({ refuse: 'Staff only.' }))).toEqual({ kind: 'refused', reason: 'Staff only.' });
  });

  test('may make anything; what comes out is JSON', async () => {
    const made = await map(() => ({ identity: { traits: { at: new Date(0), gone: undefined } } }));
    expect(made).toEqual(mapped({ at: '1970-01-01T00:00:00.000Z' }));
  });

  test.each([
    [
      'throws',
      () => {
        throw new RangeError('ana@example.org');
      },
      'm.ts: it threw RangeError',
    ],
    [
      'throws no error',
      () => {
        throw 'ana@example.org';
      },
      'm.ts: it threw string',
    ],
    ['answers nothing', () => undefined, 'm.ts: the result has no object `identity`'],
    [
      'makes too much',
      () => ({ identity: { traits: { a: 'x'.repeat(70_000) } } }),
      'm.ts: the result is longer than 65536 characters',
    ],
  ])('that %s is a fault that quotes no claim', async (_name, fn, message) => {
    await expect(map(fn)).rejects.toMatchObject({ name: 'MapperFault', message });
  });
});

describe('claims in the configuration', () => {
  const map = (written: unknown, sent: object = {}): Promise<Mapped> => {
    const { rules, problems } = parseRules(written);
    expect(problems).toEqual([]);
    return createDeclaredMapper(rules).map(claims(sent));
  };

  test('are put where they belong, and left out where they are missing', async () => {
    const written = {
      email: 'traits.email',
      given_name: 'traits.name.first',
      family_name: { to: 'traits.name.last' },
      locale: ['traits.locale', 'metadata_public.locale'],
      'raw_claims.groups': 'metadata_admin.groups',
    };
    expect(await map(written, { given_name: 'Ana', locale: 'de', groups: ['staff'] })).toEqual(
      mapped(
        { email: 'ana@example.org', name: { first: 'Ana' }, locale: 'de' },
        { metadataPublic: { locale: 'de' }, metadataAdmin: { groups: ['staff'] } },
      ),
    );
    expect(await map(written)).toEqual(mapped({ email: 'ana@example.org' }));
  });

  test.each([
    ['ignore', true, { email: 'ana@example.org' }, 0],
    ['ignore', false, { email: 'ana@example.org' }, 0],
    ['trust', true, { email: 'ana@example.org' }, 1],
    ['trust', false, { email: 'ana@example.org' }, 0],
    ['require', true, { email: 'ana@example.org' }, 1],
    ['require', false, {}, 0],
  ])('verified: %s, and the provider says %s', async (verified, said, traits, count) => {
    const made = await map({ email: { to: 'traits.email', verified } }, { email_verified: said });
    expect(made).toMatchObject({ kind: 'mapped', identity: { traits } });
    expect(made.kind === 'mapped' && made.identity.verifiedAddresses).toHaveLength(count);
  });

  test('a provider that says nothing about verified has not verified', async () => {
    const made = await map({ email: { to: 'traits.email', verified: 'trust' } }, { email_verified: undefined });
    expect(made).toEqual(mapped({ email: 'ana@example.org' }));
  });

  test('what is required and not there ends the sign-in', async () => {
    expect(await map({ nickname: { to: 'traits.nick', required: true } })).toEqual({
      kind: 'refused',
      reason: 'The provider did not share what is needed here: nickname.',
    });
    expect(
      await map({ email: { to: 'traits.email', required: true, verified: 'require' } }, { email_verified: false }),
    ).toEqual({
      kind: 'refused',
      reason: 'The provider has not verified what is needed here: email.',
    });
  });

  test('the first claim that is there wins a place', async () => {
    const written = { nickname: 'traits.nick', preferred_username: 'traits.nick' };
    expect(await map(written, { preferred_username: 'b' })).toEqual(mapped({ nick: 'b' }));
    expect(await map(written, { preferred_username: 'b', nickname: 'a' })).toEqual(mapped({ nick: 'a' }));
  });

  test.each([
    [{}, '', 'maps nothing'],
    [{ email: 'email' }, '.email', 'is "email"'],
    [{ email: 'traits' }, '.email', 'is "traits"'],
    [{ email: 'traits.__proto__.x' }, '.email', 'is "traits.__proto__.x"'],
    [{ email: [] }, '.email', 'is a mapping or a list of something else'],
    [{ email: {} }, '.email.to', 'says not where it goes'],
    [{ email: { to: 'traits.email', require: true } }, '.email.require', 'unknown key'],
    [{ email: { to: 'traits.email', required: 'yes' } }, '.email.required', 'is "yes"'],
    [{ email: { to: 'traits.email', verified: true } }, '.email.verified', 'is true'],
    [{ name: { to: 'traits.name', verified: 'trust' } }, '.name.verified', 'is set for name'],
  ])('%j is refused', (written, key, found) => {
    expect(parseRules(written).problems).toMatchObject([{ key, found }]);
  });
});

describe('mappers are read at start', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-mappers-'));
    await writeFile(join(folder, 'good.jsonnet'), `{ identity: { traits: { email: std.extVar('claims').email } } }`);
    await writeFile(join(folder, 'bad.jsonnet'), '{ identity: {\n  traits: std.native("x") } }');
  });
  afterAll(() => rm(folder, { recursive: true }));

  const sources = (modules: Readonly<Record<string, unknown>> = {}): MapperSources => ({
    folders: [folder],
    read: async (uri) => {
      const { readContent } = await import('../../../config/source/content.ts');
      return readContent(uri, [folder], (url) =>
        url.endsWith('/down') ? Promise.reject(new Error('down')) : Promise.resolve('{ identity: { traits: {} } }'),
      );
    },
    importFile: (file) =>
      file in modules ? Promise.resolve(modules[file]) : Promise.reject(new Error('Cannot find module')),
    placeOf: (path) => ({ file: 'kratos.yml', line: path.length, column: 1 }),
  });
  const provider = (id: string, mapperUrl: string | undefined, rules?: unknown): OidcProvider => ({
    id,
    provider: 'generic',
    label: undefined,
    clientId: 'c',
    clientSecret: 's',
    issuerUrl: 'https://id.example',
    authUrl: undefined,
    tokenUrl: undefined,
    mapperUrl,
    scope: [],
    pkce: 'auto',
    trustRefresh: false,
    more: rules === undefined ? {} : { claims: rules },
    path: `providers[${id}]`,
    place: undefined,
  });
  const load = (entries: readonly OidcProvider[], modules = {}): Promise<LoadedMappers> =>
    loadMappers(entries, sources(modules));
  const emailOf = async (mapper: ClaimsMapper | undefined): Promise<unknown> => {
    const made = await mapper?.map(claims());
    return made?.kind === 'mapped' ? made.identity.traits['email'] : made;
  };

  test('from files, from the URI itself, from the network, from code, from the configuration', async () => {
    const inline = Buffer.from(`{ identity: { traits: { email: 'inline@example.org' } } }`).toString('base64');
    const { mappers, issues } = await load(
      [
        provider('file', 'file://good.jsonnet'),
        provider('base64', `base64://${inline}`),
        provider('http', 'https://maps.example/m.jsonnet'),
        provider('code', 'file://./map.ts'),
        provider('yaml', undefined, { email: 'traits.email' }),
      ],
      { [join(folder, 'map.ts')]: { default: () => ({ identity: { traits: { email: 'code@example.org' } } }) } },
    );
    expect(issues).toEqual([]);
    const made = await Promise.all([...mappers].map(async ([id, mapper]) => [id, await emailOf(mapper)]));
    expect(made).toEqual([
      ['file', 'ana@example.org'],
      ['base64', 'inline@example.org'],
      ['http', undefined],
      ['code', 'code@example.org'],
      ['yaml', 'ana@example.org'],
    ]);
  });

  test('all that is wrong is said at once, with the place in the configuration and in the file', async () => {
    const { mappers, issues } = await load(
      [
        provider('a', 'file://bad.jsonnet'),
        provider('b', 'file://none.jsonnet'),
        provider('c', 'https://maps.example/down'),
        provider('d', 'file://none.ts'),
        provider('e', 'file://odd.ts'),
        provider('f', undefined, { email: 'email' }),
        provider('g', 'ftp://x'),
      ],
      { [join(folder, 'odd.ts')]: { default: { map: 1 } } },
    );
    expect(mappers.size).toBe(0);
    expect(issues.map((issue) => formatIssue(issue).replaceAll(`${folder}/`, ''))).toEqual([
      expect.stringMatching(
        /^kratos\.yml:23:1 providers\[a\]\.mapper_url: bad\.jsonnet:2:15 std\.native is not supported; supported: extVar, .*; see docs/,
      ),
      expect.stringContaining(
        'providers[b].mapper_url: The file none.jsonnet cannot be read: it is not there (ENOENT).',
      ),
      expect.stringContaining('providers[c].mapper_url: it cannot be fetched'),
      expect.stringContaining('providers[d].mapper_url: none.ts cannot be loaded: Cannot find module'),
      expect.stringContaining('providers[e].mapper_url: odd.ts exports no mapper; export default (claims) =>'),
      expect.stringContaining('providers[f].claims.email: is "email"; write traits.<name>'),
      expect.stringContaining('providers[g].mapper_url: A content URI begins with'),
    ]);
  });
});
