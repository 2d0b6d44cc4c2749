import { createServer, type Server } from 'node:http';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSallyport } from '../../src/app/build-app.ts';
import { loadSettings, readConfiguration, type ConfigurationSource } from '../../src/app/configuration.ts';
import { formatIssue, type Issue, type IssueCode } from '../../src/kernel/issue.ts';
import { createHttpClient, read, readList, type Answer, type HttpClient } from '../support/http-client.ts';
import { EXAMPLES, isOfToday, placeExample, versionOf, type Example } from '../support/kratos-examples.ts';
import { freePort } from '../support/ports.ts';
import { begin, signIn } from '../support/self-service.ts';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
function newFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-kratos-')));
  folders.push(folder);
  return folder;
}

/** Several examples have no `dsn`, and inputs of tests no secret: they came from the environment. */
const ENV = { DSN: 'memory', SECRETS_DEFAULT: 'k3Jx9-qPz7_Wm2Rt8-Vb5Nc1-Ys6Hd4Fg0' };

type Source = Pick<ConfigurationSource, 'files' | 'cwd' | 'env' | 'command' | 'dev'>;
function source(example: Example, folder: string, dev: boolean): Source {
  return { files: placeExample(example, folder), cwd: folder, env: ENV, command: 'serve', dev };
}

/** Warnings that examples may have, and why. */
const EXPECTED: readonly (readonly [code: IssueCode, path: RegExp, why: string])[] = [
  ['old-spelling', /./, 'a name of a former release'],
  ['safe-reading', /^hashers\./, 'the floor of hashes'],
  ['production-floor', /^hashers\./, 'the floor of hashes, in dev'],
  ['production-floor', /\.issuer_url$/, 'plain http, in dev'],
  ['safe-reading', /^courier\.smtp\.connection_uri$/, 'no port, legacy_ssl, clear text'],
  ['no-effect', /^(?:ciphers\.algorithm|urls\.mfa_ui)$/, 'nothing of today'],
  ['no-effect', /^hashers\.argon2\.(?:dedicated_memory|expected_deviation|expected_duration)$/, 'calibration'],
  ['no-effect', /^selfservice\.whitelisted_return_urls\[\d\]$/, 'a wildcard that nothing bounds'],
  ['not-offered', /./, 'a feature this build lacks'],
  ['unsafe', /^secrets\.|^log\.leak_sensitive_values$/, 'public secrets'],
  ['unsafe', /^serve\.|^urls\.self\.public$/, 'any origin, an open admin listener, plain http'],
  ['unsafe', /code\.config\.lifespan$/, 'long codes'],
  ['account-revealed', /\.hooks\[\d\]$|\.password\[\d\]$/, 'a person who registers is signed in'],
  ['mail-goes-nowhere', /^courier\.smtp\.connection_uri$/, 'text messages only'],
  ['owner-not-told', /^courier\.notify$/, 'written before there was the section'],
];
const isExpected = ({ code, path }: Issue): boolean =>
  EXPECTED.some(([each, where]) => each === code && where.test(path.replace(/^[A-Z0-9_]+ /, '')));

/** What is refused, and why: by the title of an example and the path of the error. */
const REFUSED: readonly (readonly [title: RegExp, path: RegExp, why: string])[] = [
  [/^v0\.[0-2]\.\d.*(?:docs|internal)/, /\.(?:schema_url|mapper_url)$/, 'v0.1 mapped claims by a JSON schema'],
  [
    /config-stubs\/\.kratos(?:\.webauthn\.origins?)?\.yaml$/,
    /^selfservice\.allowed_return_urls\[[3-6]\]$/,
    'wildcards that nothing bounds',
  ],
  [/^v1\.0\.0\/e2e-recovery-mfa/, /^YAML$/, 'a key that is written twice'],
  [
    /e2e-network/,
    /^identity\.schemas|\.hooks\[0\]\.config$/,
    'addresses that the guard of requests refuses: its purpose',
  ],
  // What ran on plain http for years did so with providers of a test.
  [/^v0\.[3-8].*(?:oidc|spa|internal)/, /\.issuer_url$/, 'a provider on plain http, outside of dev'],
];
const isRefused = (title: string, { path }: Issue): boolean =>
  REFUSED.some(([example, where]) => example.test(title) && where.test(path));

describe('every configuration that its own release takes', () => {
  test('is in the collection', () => {
    expect(EXAMPLES).toHaveLength(174);
    expect(EXAMPLES.filter((each) => !isOfToday(each) && versionOf(each)[1] >= 4).length).toBeGreaterThanOrEqual(47);
  });

  test.each(EXAMPLES.map((example) => [example.title, example] as const))('%s loads', async (title, example) => {
    const folder = newFolder();
    // Files of today are asked for the floors of production; those that ran for years are raised to them.
    const asked = source(example, folder, isOfToday(example));
    const { errors, warnings } = example.isStub ? await loadSettings(asked) : await readConfiguration(asked);
    expect(errors.filter((each) => !isRefused(title, each)).map(formatIssue)).toEqual([]);
    expect(warnings.filter((each) => !isExpected(each)).map(formatIssue)).toEqual([]);
  });
});

/** Nobody registers with these: what they offer alone is not there yet, or what they name is refused. */
const WITHOUT_PASSWORD = /quickstart-webauthn/;
/** Codes are a second factor for everybody who has an address, and the highest level is asked for. */
const CODE_ASKED = /e2e-mfa-optional/;
const COMPLETE = EXAMPLES.filter(
  ({ isStub, title }) => !isStub && !/e2e-network|^v1\.0\.0\/e2e-recovery-mfa/.test(title),
);
const PERSON = { email: 'somebody@example.org', password: 'a-password-nobody-has-7Qx' };

describe('every complete configuration', () => {
  let hooks: Server;
  beforeAll(async () => {
    hooks = createServer(
      (_request, answer) => void answer.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
    );
    await new Promise<void>((resolve) => hooks.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void hooks.close());

  test.each(COMPLETE.map((example) => [example.title, example] as const))(
    '%s starts, registers somebody and signs them in',
    async (title, example) => {
      const server = await start(example, portOf(hooks));
      try {
        expect(await withClient(({ get }) => get(`${server.adminUrl}/health/ready`))).toMatchObject({ status: 200 });
        if (WITHOUT_PASSWORD.test(title)) return;
        expect(await withClient((http) => signUp(http, server.url))).toBe('taken');
        const answered = CODE_ASKED.test(title) ? 'session_aal2_required' : 200;
        expect(await withClient((http) => signInAndAsk(http, server.url))).toBe(answered);
      } finally {
        await server.stop();
      }
    },
    60_000,
  );
});

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

async function withClient<T>(use: (http: HttpClient) => Promise<T>): Promise<T> {
  const http = createHttpClient();
  try {
    return await use(http);
  } finally {
    http.close();
  }
}

/** In v0.1 a redirect ends the list, and programs are told so. */
const isTaken = ({ status, json }: Answer): boolean =>
  status === 200 || (status === 422 && read(json, 'error.id') === 'browser_location_change_required');

/** Fills in every trait that the form asks for. */
async function signUp(http: HttpClient, url: string): Promise<string> {
  const flow = await begin(http, url, 'registration', 'browser');
  const answer = await http.post(flow.action, {
    json: { method: 'password', password: PERSON.password, csrf_token: flow.csrf, ...traitsOf(flow.json) },
  });
  return isTaken(answer) ? 'taken' : answer.text;
}

const VALUES: Readonly<Record<string, unknown>> = {
  email: PERSON.email,
  url: 'https://www.example.org/',
  tel: '+4915112345678',
  number: 30,
  checkbox: true,
};

function traitsOf(flow: unknown): Readonly<Record<string, unknown>> {
  const pairs = readList(flow, 'ui.nodes').flatMap((node): readonly (readonly [string, unknown])[] => {
    const [name, type] = [read(node, 'attributes.name'), String(read(node, 'attributes.type'))];
    if (typeof name !== 'string' || !name.startsWith('traits.')) return [];
    return [
      [name, /email/.test(name) ? PERSON.email : /website/.test(name) ? VALUES['url'] : (VALUES[type] ?? 'Somebody')],
    ];
  });
  return Object.fromEntries(pairs);
}

/** Signs in with another browser, and asks who it is. */
async function signInAndAsk(http: HttpClient, url: string): Promise<number | string> {
  const answer = await signIn(http, url, PERSON, 'browser');
  if (!isTaken(answer)) return answer.text;
  const { status, json, text } = await http.get(`${url}/sessions/whoami`);
  const id = read(json, 'error.id');
  return status === 200 ? 200 : typeof id === 'string' ? id : text;
}

async function start(
  example: Example,
  hooks: number,
): Promise<{ readonly url: string; readonly adminUrl: string; stop(): Promise<void> }> {
  const folder = newFolder();
  const [publicPort, adminPort] = [await freePort(), await freePort()];
  const [major, minor] = versionOf(example);
  const isFirst = major === 0 && minor < 4;
  const url = `http://127.0.0.1:${publicPort}/`;
  const files = placeExample(example, folder, { ':4459': `:${hooks}` });
  const env = {
    ...ENV,
    LOG_LEVEL: 'fatal',
    SERVE_PUBLIC_HOST: '127.0.0.1',
    SERVE_PUBLIC_PORT: String(publicPort),
    SERVE_ADMIN_HOST: '127.0.0.1',
    SERVE_ADMIN_PORT: String(adminPort),
    [isFirst ? 'URLS_SELF_PUBLIC' : 'SERVE_PUBLIC_BASE_URL']: url,
    COURIER_SMTP_CONNECTION_URI: 'smtp://127.0.0.1:1025/?disable_starttls=true',
    SELFSERVICE_METHODS_PASSWORD_CONFIG_HAVEIBEENPWNED_ENABLED: 'false',
  };
  const app = await createSallyport({ files, cwd: folder, dev: true, env });
  await app.listen();
  return { url: url.replace(/\/$/, ''), adminUrl: `http://127.0.0.1:${adminPort}`, stop: () => app.close() };
}
