import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { countStored } from '../support/admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type Answer, createHttpClient, type HttpClient, read, readList, readText } from '../support/http-client.ts';
import { signIn } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

const PASSWORD = 'clouds over the harbour';
const NOBODY = '00000000-0000-0000-0000-000000000001';
const PASSWORD_123456 = '$md5$4QrcOUm6Wau+VuBX8g+IPg==';

describe('the admin API for identities', () => {
  let server: TestServer;
  let http: HttpClient;
  let count = 0;
  let email: string;
  beforeAll(async () => {
    server = await startServer({ config: BASIC_CONFIG, files: BASIC_FILES });
    http = createHttpClient({ cookies: false });
  });
  afterAll(async () => {
    http.close();
    await server.stop();
  });
  beforeEach(() => {
    email = `person${(count += 1)}@sallyport.test`;
  });

  const at = (path: string): string => `${server.adminUrl}${path}`;
  const post = (json: unknown): Promise<Answer> => http.post(at('/admin/identities'), { json });
  const put = (id: string, json: unknown): Promise<Answer> =>
    http.request('PUT', at(`/admin/identities/${id}`), { json });
  const patch = (id: string, ...json: readonly unknown[]): Promise<Answer> =>
    http.request('PATCH', at(`/admin/identities/${id}`), { json });
  const remove = (path: string): Promise<Answer> => http.request('DELETE', at(`/admin/identities/${path}`));
  const get = (path: string): Promise<Answer> => http.get(at(`/admin/identities${path}`));
  const person = (more: object = {}): object => ({ schema_id: 'person', traits: { email }, ...more });
  const withPassword = (config: object): object => ({ credentials: { password: { config } } });
  const links = (...subjects: readonly string[]): object => ({
    credentials: { oidc: { config: { providers: subjects.map((subject) => ({ provider: 'acme', subject })) } } },
  });
  async function created(more: object = {}): Promise<string> {
    const answer = await post(person(more));
    expect(answer.status, answer.text).toBe(201);
    return readText(answer.json, 'id');
  }
  const idsOf = ({ json }: Answer): readonly string[] =>
    Array.isArray(json) ? json.map((each: unknown) => readText(each, 'id')) : [];

  test('a list is asked for five hundred ids', async () => {
    const ids = [await created(), ...Array.from({ length: 499 }, () => NOBODY)];
    const answer = await get(`?${ids.map((id) => `ids=${id}`).join('&')}`);
    expect(answer.status, answer.text).toBe(200);
    expect(idsOf(answer)).toEqual([ids[0]]);
  });

  test('one account of a provider is not linked twice in one import', async () => {
    const answer = await post(person(links('same', 'other', 'same')));
    expect(answer.status, answer.text).toBe(409);
  });

  describe('creating', () => {
    test('says where the identity is', async () => {
      const answer = await post(person());
      expect(answer.location).toBe(at(`/identities/${readText(answer.json, 'id')}`));
      expect((await http.get(answer.location ?? '')).status).toBe(200);
    });

    test.each<[string, () => object]>([
      ['an unknown field', () => person({ shoe_size: 44 })],
      ['an id of its own', () => person({ id: NOBODY })],
      ['an unknown schema', () => person({ schema_id: 'supplier' })],
      ['traits of another shape', () => person({ traits: { email: 'nobody' } })],
      ['traits that are no object', () => person({ traits: [email] })],
      ['an unknown state', () => person({ state: 'asleep' })],
      ['an organization', () => person({ organization_id: NOBODY })],
      ['an external id that is no text', () => person({ external_id: 7 })],
      ['an external id of 65 characters', () => person({ external_id: 'x'.repeat(65) })],
      ['a NUL in the external id', () => person({ external_id: 'a\0b' })],
      ['a hash in no known format', () => person(withPassword({ hashed_password: '$rot13$nffjbeq' }))],
      [
        'a hash that takes 4 TiB to check',
        () => person(withPassword({ hashed_password: '$argon2id$v=19$m=4294967295,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g' })),
      ],
      ['a bcrypt hash of cost 31', () => person(withPassword({ hashed_password: `$2a$31$${'a'.repeat(53)}` }))],
      ['credentials of an unknown type', () => person({ credentials: { palm: { config: {} } } })],
      ['no object', () => [person()]],
    ])('with %s is refused and stores nothing', async (_what, body) => {
      const before = await countStored(server.adminUrl);
      const answer = await post(body());
      expect(answer.status, answer.text).toBe(400);
      expect(read(answer.json, 'error.code')).toBe(400);
      expect(await countStored(server.adminUrl)).toEqual(before);
    });

    // A page of a foreign site can send these types to a listener on the same machine without asking first.
    test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])(
      'takes no JSON under the type %j',
      async (type) => {
        const before = await countStored(server.adminUrl);
        const body = JSON.stringify(person());
        const answer = await http.post(at('/admin/identities'), { body, headers: { 'content-type': type } });
        expect(answer.status).toBe(415);
        expect(await countStored(server.adminUrl)).toEqual(before);
      },
    );

    test('takes bodies of more than the public 64 KiB, up to 1 MiB', async () => {
      expect((await post(person({ metadata_admin: 'x'.repeat(900 * 1_024) }))).status).toBe(201);
      email = `other${count}@sallyport.test`;
      expect((await post(person({ metadata_admin: 'x'.repeat(1_024 * 1_024) }))).status).toBe(413);
    });

    test('what somebody else has is a conflict, also in another spelling', async () => {
      await created({ external_id: `crm-${count}` });
      expect((await post(person())).status).toBe(409);
      expect((await post({ traits: { email: email.toUpperCase() } })).status).toBe(409);
      expect((await post({ traits: { email: `x${email}` }, external_id: `crm-${count}` })).status).toBe(409);
    });

    test('of two at once with one identifier exactly one is stored', async () => {
      const answers = await Promise.all([post(person()), post(person()), post(person()), post(person())]);
      expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['201', '409', '409', '409']);
      expect(idsOf(await get(`?credentials_identifier=${email}`))).toHaveLength(1);
    });

    test('an imported hash signs its owner in', async () => {
      await created(withPassword({ hashed_password: PASSWORD_123456 }));
      expect((await signIn(http, server.publicUrl, { email, password: '123456' })).status).toBe(200);
    });

    test('an inactive identity cannot sign in', async () => {
      await created({ state: 'inactive', ...withPassword({ password: PASSWORD }) });
      expect((await signIn(http, server.publicUrl, { email, password: PASSWORD })).status).not.toBe(200);
    });
  });

  describe('showing', () => {
    test('shows hashes to nobody who does not ask for them by name', async () => {
      const id = await created(withPassword({ password: PASSWORD }));
      const answers = [
        await get(`/${id}`),
        await get(`?credentials_identifier=${email}`),
        await get('?page_size=500'),
        await get(`/${id}?include_credential=oidc`),
        await patch(id, { op: 'add', path: '/metadata_public', value: 1 }),
        await put(id, person()),
      ];
      for (const { text, status } of answers) {
        expect(status).toBe(200);
        expect(text).not.toContain('hashed_password');
      }
      const asked = await get(`/${id}?include_credential=password`);
      expect(readText(asked.json, 'credentials.password.config.hashed_password')).toMatch(/^\$argon2id\$/);
      expect((await get(`/${id}?include_credential=everything`)).status).toBe(400);
    });

    test.each(['not-an-id', NOBODY, 'by/external/nobody'])('answers 404 for %s', async (path) => {
      expect((await get(`/${path}`)).status).toBe(404);
    });

    test('finds people by their external id', async () => {
      const id = await created({ external_id: `erp/${count} ö` });
      const found = await get(`/by/external/${encodeURIComponent(`erp-${count}`)}`);
      expect(found.status).toBe(404);
      await patch(id, { op: 'replace', path: '/external_id', value: `erp-${count} ö` });
      expect(read((await get(`/by/external/${encodeURIComponent(`erp-${count} ö`)}`)).json, 'id')).toBe(id);
    });

    test('answers without /admin in front alike', async () => {
      const id = await created();
      const short = await http.get(at(`/identities/${id}`));
      expect(short.json).toEqual((await get(`/${id}`)).json);
    });
  });

  describe('listing', () => {
    test('finds identifiers in any spelling, and subjects of providers only as they are written', async () => {
      const id = await created(links(`Sub-${count}`));
      const search = async (query: string): Promise<readonly string[]> => idsOf(await get(`?${query}`));
      expect(await search(`credentials_identifier=%20${email.toUpperCase()}`)).toEqual([id]);
      expect(await search(`credentials_identifier=acme:Sub-${count}`)).toEqual([id]);
      expect(await search(`credentials_identifier=acme:sub-${count}`)).toEqual([]);
      expect(await search(`preview_credentials_identifier_similar=${email.slice(0, -3)}`)).toEqual([id]);
      expect(await search('preview_credentials_identifier_similar=%25')).toEqual([]);
    });

    test('goes through everybody once, page by page', async () => {
      await created();
      const all = idsOf(await get('?page_size=500'));
      const seen: string[] = [];
      let next: string | undefined = '/admin/identities?page_size=3';
      while (next !== undefined) {
        const page = await http.get(at(next));
        seen.push(...idsOf(page));
        next = /<([^>]*)>; rel="next"/.exec(String(page.headers['link']))?.[1];
      }
      expect(seen).toEqual(all);
      expect(all).toEqual([...all].toSorted());
    });

    test.each([
      'page_size=lots',
      'page_token=nonsense',
      'page=5&per_page=250',
      'ids=nonsense',
      `ids=${NOBODY}&credentials_identifier=x`,
      'organization_id=nonsense',
      'include_credential=everything',
      'credentials_identifier=a&credentials_identifier=b',
      `${`ids=${NOBODY}&`.repeat(120)}`.repeat(5).slice(0, 8_000),
    ])('refuses %s', async (query) => {
      expect((await get(`?${query}`)).status).toBe(400);
    });

    test('gives at most 500 at once, whatever is asked for', async () => {
      const { headers } = await get('?page_size=501');
      expect(headers['link']).toContain('page_size=500&');
    });
  });

  describe('replacing', () => {
    test('clears what is left out, keeps credentials, and does not look at ids in the body', async () => {
      const id = await created({
        external_id: `put-${count}`,
        metadata_admin: 1,
        ...withPassword({ password: PASSWORD }),
      });
      const answer = await put(id, { ...person(), id: NOBODY, identity: { id: NOBODY } });
      expect(answer.status).toBe(200);
      expect(read(answer.json, 'id')).toBe(id);
      expect(read((await get(`/${id}`)).json, 'metadata_admin')).toBeNull();
      expect(read((await get(`/${id}`)).json, 'external_id')).toBeUndefined();
      expect((await signIn(http, server.publicUrl, { email, password: PASSWORD })).status).toBe(200);
    });

    test('adds providers to those that are linked', async () => {
      const id = await created(links('one'));
      await put(id, person(links('one', 'two')));
      expect(read((await get(`/${id}`)).json, 'credentials.oidc.identifiers')).toEqual(['acme:one', 'acme:two']);
      const other = await post({ traits: { email: `x${email}` }, ...links('two') });
      expect(other.status).toBe(409);
      await remove(id);
    });

    test.each<[string, object, number]>([
      ['bounds of a hash', withPassword({ hashed_password: `$2a$31$${'a'.repeat(53)}` }), 400],
      ['a state nobody knows', { state: 'asleep' }, 400],
      ['traits that are missing', { traits: undefined }, 400],
    ])('holds to %s', async (_what, more, status) => {
      const id = await created();
      const before = (await get(`/${id}`)).json;
      expect((await put(id, person(more))).status).toBe(status);
      expect((await get(`/${id}`)).json).toEqual(before);
    });

    test('takes the address of nobody else', async () => {
      const first = email;
      await created();
      email = `second${email}`;
      const id = await created();
      expect((await put(id, { traits: { email: first } })).status).toBe(409);
      expect(read((await get(`/${id}`)).json, 'traits.email')).toBe(email);
    });
  });

  describe('patching', () => {
    test('puts a hash in place and leaves providers as they are', async () => {
      const id = await created(links(`patched-${count}`));
      const path = '/credentials/password/config/hashed_password';
      const answer = await patch(id, { op: 'replace', path, value: PASSWORD_123456 });
      expect(answer.status, answer.text).toBe(200);
      expect((await signIn(http, server.publicUrl, { email, password: '123456' })).status).toBe(200);
      expect(idsOf(await get(`?credentials_identifier=acme:patched-${count}`))).toEqual([id]);
    });

    test.each<[string, object]>([
      ['the id', { op: 'replace', path: '/id', value: NOBODY }],
      ['a hash in no known format', { op: 'add', path: '/credentials/password/config/hashed_password', value: 'x' }],
      [
        'a hash beyond its bounds',
        { op: 'add', path: '/credentials/password/config/hashed_password', value: `$2a$31$${'a'.repeat(53)}` },
      ],
      ['an identifier', { op: 'replace', path: '/credentials/password/identifiers/0', value: 'eve@sallyport.test' }],
      ['a provider', { op: 'add', path: '/credentials/oidc/config/providers', value: [] }],
      ['a second factor', { op: 'add', path: '/credentials/totp/config/totp_url', value: 'otpauth://totp/x' }],
      ['a trait the schema does not know', { op: 'add', path: '/traits/shoe_size', value: 44 }],
      ['an unknown state', { op: 'replace', path: '/state', value: 'asleep' }],
      ['an unknown schema', { op: 'replace', path: '/schema_id', value: 'supplier' }],
      ['an operation that only asks', { op: 'test', path: '/state', value: 'active' }],
    ])('refuses %s and changes nothing', async (_what, operation) => {
      const id = await created();
      const before = (await get(`/${id}`)).json;
      expect((await patch(id, operation)).status).toBe(400);
      expect((await get(`/${id}`)).json).toEqual(before);
    });

    test('of somebody unknown is 404', async () => {
      expect((await patch(NOBODY, { op: 'replace', path: '/state', value: 'inactive' })).status).toBe(404);
      expect((await patch('not-an-id', { op: 'replace', path: '/state', value: 'inactive' })).status).toBe(404);
    });

    test('many at once are all stored', async () => {
      const id = await created({ metadata_public: { a: 0 } });
      const names = ['b', 'c', 'd', 'e', 'f', 'g'];
      const answers = await Promise.all(
        names.map((name) => patch(id, { op: 'add', path: `/metadata_public/${name}`, value: 1 })),
      );
      const done = names.filter((_name, i) => answers[i]?.status === 200);
      expect(done.length).toBeGreaterThan(0);
      const stored = read((await get(`/${id}`)).json, 'metadata_public');
      expect(Object.keys(stored ?? {}).toSorted()).toEqual(['a', ...done].toSorted());
    });
  });

  describe('many at once', () => {
    const batch = (json: unknown): Promise<Answer> => http.request('PATCH', at('/admin/identities'), { json });

    test('each is stored or refused for itself, in order', async () => {
      const create = (address: string): object => ({ traits: { email: address } });
      const answer = await batch({
        identities: [
          { create: create(email), patch_id: NOBODY },
          { create: create('no address') },
          {},
          { create: create(email) },
          { create: create(`last${email}`) },
        ],
      });
      expect(answer.status, answer.text).toBe(200);
      const results = readList(answer.json, 'identities');
      expect(results.map((each) => read(each, 'action'))).toEqual(['create', 'error', undefined, 'error', 'create']);
      expect(results.map((each) => read(each, 'error.code'))).toEqual([undefined, 400, undefined, 409, undefined]);
      expect(results[2]).toBeNull();
      expect(read(results[0], 'patch_id')).toBe(NOBODY);
    });

    test.each<[string, () => unknown]>([
      ['an unknown field', () => ({ identities: [{ create: person() }], dry_run: true })],
      ['an unknown field of one', () => ({ identities: [{ create: person() }, { create: { shoe_size: 44 } }] })],
      ['an unknown state of one', () => ({ identities: [{ create: person() }, { create: { state: 'asleep' } }] })],
      [
        'an unknown hash of one',
        () => ({ identities: [{ create: person() }, { create: withPassword({ hashed_password: 'x' }) }] }),
      ],
      ['a patch_id that is none', () => ({ identities: [{ create: person(), patch_id: 'first' }] })],
      ['1,001 entries', () => ({ identities: Array.from({ length: 1_001 }, () => ({ create: person() })) })],
      [
        '201 passwords in clear',
        () => ({ identities: Array.from({ length: 201 }, () => ({ create: withPassword({ password: PASSWORD }) })) }),
      ],
      ['no list', () => ({ identities: {} })],
    ])('with %s all are refused', async (_what, body) => {
      const before = await countStored(server.adminUrl);
      const answer = await batch(body());
      expect(answer.status, answer.text).toBe(400);
      expect(await countStored(server.adminUrl)).toEqual(before);
    });

    test('takes bodies of up to 5 MiB', async () => {
      const note = (size: number): object => ({
        identities: [{ create: person({ metadata_admin: 'x'.repeat(size) }) }],
      });
      const filler = Array.from({ length: 4 }, () => ({
        create: { traits: {}, metadata_admin: 'x'.repeat(1_000_000) },
      }));
      expect((await batch({ identities: filler })).status).toBe(200);
      expect((await batch({ identities: [...filler, ...filler] })).status).toBe(413);
      expect((await batch(note(10))).status).toBe(200);
    });
  });

  describe('deleting', () => {
    test('takes everything along and is 404 the second time', async () => {
      const id = await created(withPassword({ password: PASSWORD }));
      await signIn(http, server.publicUrl, { email, password: PASSWORD });
      const { sessions } = await countStored(server.adminUrl);
      expect((await remove(id)).status).toBe(204);
      expect((await countStored(server.adminUrl)).sessions).toBe(sessions - 1);
      expect((await remove(id)).status).toBe(404);
      expect((await remove('not-an-id')).status).toBe(404);
      expect(await created()).not.toBe(id);
    });

    test('leaves somebody their last way in', async () => {
      const id = await created(withPassword({ password: PASSWORD }));
      expect((await remove(`${id}/credentials/password`)).status).toBe(400);
      await put(id, person(links(`way-${count}`)));
      expect((await remove(`${id}/credentials/password`)).status).toBe(204);
      expect((await signIn(http, server.publicUrl, { email, password: PASSWORD })).status).not.toBe(200);
      expect((await remove(`${id}/credentials/oidc?identifier=acme:way-${count}`)).status).toBe(400);
    });

    test('unlinks one provider and no other', async () => {
      const id = await created(links(`a-${count}`, `b-${count}`));
      expect((await remove(`${id}/credentials/oidc`)).status).toBe(400);
      expect((await remove(`${id}/credentials/oidc?identifier=acme:nobody`)).status).toBe(404);
      expect((await remove(`${id}/credentials/oidc?identifier=acme:a-${count}`)).status).toBe(204);
      expect(idsOf(await get(`?credentials_identifier=acme:a-${count}`))).toEqual([]);
      expect(idsOf(await get(`?credentials_identifier=acme:b-${count}`))).toEqual([id]);
    });

    test.each(['totp', 'lookup_secret', 'palm'])('of a %s nobody has is 404', async (type) => {
      expect((await remove(`${await created()}/credentials/${type}`)).status).toBe(404);
      expect((await remove(`${NOBODY}/credentials/${type}`)).status).toBe(404);
    });
  });

  test('writes one line for the auditor a change, with the names of fields and none of their values', async () => {
    const loud = await startServer({
      config: BASIC_CONFIG.replace('level: warning', 'level: info'),
      files: BASIC_FILES,
    });
    const url = `${loud.adminUrl}/admin/identities`;
    const traits = { email: 'audited@sallyport.test', name: 'Secretive' };
    const { json } = await http.post(url, { json: { traits, ...withPassword({ password: PASSWORD }) } });
    const id = readText(json, 'id');
    const operations = [{ op: 'replace', path: '/traits/name', value: 'Discreet' }];
    await http.request('PATCH', `${url}/${id}`, { json: operations });
    await http.request('PATCH', `${url}/${id}`, { json: [{ op: 'test', path: '/id' }] });
    await http.request('DELETE', `${url}/${id}`);
    await loud.stop();
    const lines = loud
      .log()
      .split('\n')
      .filter((line) => line.includes('"audit"') || line.includes('audit='));
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain('traits.name');
    for (const line of lines) expect(line).toContain(id);
    expect(loud.log()).not.toMatch(/Secretive|Discreet|audited@|harbour/);
  });
});
