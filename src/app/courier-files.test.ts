import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { readConfiguration } from './configuration.ts';
import { formatIssue } from '../kernel/issue.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

/** What a configuration with this `courier` reads as. */
async function read(courier: string, files: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-courier-files-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const file = join(folder, 'sallyport.yaml');
  writeFileSync(file, `dsn: memory\nsecrets: { cookie: [a-cookie-secret-made-up-for-tests] }\ncourier:\n${courier}\n`);
  const { configuration, errors } = await readConfiguration({
    files: [file],
    env: {},
    cwd: folder,
    command: 'serve',
    dev: true,
  });
  return { courier: configuration?.courier, errors: errors.map(formatIssue), folder, file };
}

const channel = (request: string): string =>
  `  channels: [{ id: sms, request_config: { url: 'https://sms.example/', ${request} } }]`;

describe('the body of a channel', () => {
  test('is Jsonnet, read at start', async () => {
    const { courier, errors } = await read(channel("body: 'file://sms.jsonnet'"), {
      'sms.jsonnet': 'function(ctx) { To: ctx.recipient, Body: ctx.body }',
    });
    expect(errors).toEqual([]);
    expect(courier?.channels[0]?.request.body?.({ recipient: '+49', body: 'Hi', subject: '' })).toEqual({
      To: '+49',
      Body: 'Hi',
    });
  });

  test('that is wrong is refused at its line', async () => {
    const { errors, folder } = await read(channel("body: 'file://sms.jsonnet'"), {
      'sms.jsonnet': 'function(ctx) {\n  To: ctx.recipient,\n  Body: std.native("x"),\n}',
    });
    expect(errors).toEqual([expect.stringContaining(`${join(folder, 'sms.jsonnet')}:3:`)]);
  });

  test('that is wrong in base64 is refused where it is written', async () => {
    const body = `base64://${Buffer.from('function(ctx) {\n  To: }').toString('base64')}`;
    const { errors, file } = await read(channel(`body: '${body}'`));
    expect(errors).toEqual([expect.stringMatching(new RegExp(`^${file}:4:.*line 2, column 7 of the program`))]);
  });

  test('that is not there is refused', async () => {
    const { errors } = await read(channel("body: 'file://nowhere.jsonnet'"));
    expect(errors).toEqual([expect.stringMatching(/request_config\.body: cannot be read: .*nowhere\.jsonnet/)]);
  });
});

test.each([
  ["headers: { 'Content-Type': text/xml }", 'the Content-Type is one that no body is written in'],
  ['headers: { "X-A": "b\\r\\nBcc: c" }', 'the header "X-A" holds a character'],
  ['headers: { "X A": b }', 'the header "X A" holds a character'],
  [
    'auth: { type: api_key, config: { name: "X-Key", value: "k\\nsecret-part", in: header } }',
    'the header "X-Key" holds a character',
  ],
])('a request that no message could be sent with is refused: %s', async (request, found) => {
  const { errors } = await read(channel(request));
  expect(errors).toEqual([expect.stringContaining(found)]);
  expect(errors[0]).not.toContain('secret-part');
});

describe('single templates', () => {
  const override = (uri: string): string =>
    `  templates: { login_code: { valid: { email: { subject: '${uri}', body: { html: 'base64://PGI+eDwvYj4=' } } } } }`;

  test('come from a file, from base64 and over HTTP', async () => {
    const server = createServer((_request, response) => response.end('web {{ .LoginCode }}')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    try {
      for (const [uri, expected] of [
        ['file://subject.gotmpl', 'file 012345'],
        ['file://subject.eta', 'eta 012345'],
        [`base64://${Buffer.from('b64 {{ .LoginCode }}').toString('base64')}`, 'b64 012345'],
        [`http://127.0.0.1:${port}/subject.gotmpl`, 'web 012345'],
      ] as const) {
        const { courier, errors } = await read(override(uri), {
          'subject.gotmpl': 'file {{ .LoginCode }}',
          'subject.eta': 'eta <%= it.login_code %>',
        });
        expect(errors).toEqual([]);
        const data = { login_code: '012345' };
        expect(courier?.templates.render('login_code_valid', 'subject', data)).toBe(expected);
        expect(courier?.templates.render('login_code_valid', 'html', data)).toBe('<b>x</b>');
      }
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test('that cannot be used refuse the start, with their place', async () => {
    const { errors, file } = await read(override('file://subject.gotmpl'), { 'subject.gotmpl': 'x\n{{ now }}' });
    expect(errors).toEqual([
      expect.stringMatching(
        new RegExp(
          `^${file}:4:\\d+ courier\\.templates\\.login_code\\.valid\\.email\\.subject: line 2, column 4 .*now is not supported`,
        ),
      ),
    ]);
  });
});

describe('a client certificate', () => {
  const smtp = (more: string): string => `  smtp: { connection_uri: 'smtps://mail.example:465/', ${more} }`;
  test.each([
    ["client_cert_path: 'c.pem'", /client_cert_path: is written alone/],
    ["client_key_path: 'k.pem'", /client_key_path: is written alone/],
    ["client_cert_path: 'c.pem', client_key_path: 'nowhere.pem'", /client_key_path: cannot be read/],
    ["client_cert_path: 'c.pem', client_key_path: 'k.pem'", /client_cert_path: is no certificate for that key/],
  ])('%s is refused', async (more, found) => {
    const { errors } = await read(smtp(more), { 'c.pem': 'x', 'k.pem': 'y' });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(found);
  });
});

test('a lease in which no mail server could answer is refused', async () => {
  const { errors } = await read('  worker: { lease: 2s }');
  expect(errors).toEqual([expect.stringContaining('courier.worker.lease: is too short')]);
});
