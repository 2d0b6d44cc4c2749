import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { formatIssue } from '../kernel/issue.ts';
import type { JsonObject } from '../kernel/json.ts';
import { mailLink } from './mail-link.ts';
import type { Mail, TemplateType } from './message.ts';
import { renderHtml, renderMessage } from './outbox.ts';
import { loadTemplates } from './template.ts';

const publicUrl = 'https://id.example';
const flow = '8f2b6c1e-0000-4000-8000-000000000001';
const { templates, issues } = loadTemplates({ site: 'id.example' });
const deps = {
  templates,
  publicUrl,
  clock: { now: () => 1_000 },
  random: {
    uuid: () => '00000000-0000-4000-8000-00000000000a',
    uuidAt: () => '00000000-0000-7000-8000-00000000000a',
    bytes: (length: number) => Buffer.alloc(length),
    token: (length: number) => 'a'.repeat(length),
    digits: (length: number) => '0'.repeat(length),
  },
};

const mail = (template: TemplateType, data: JsonObject, more: Partial<Mail> = {}): Mail => ({
  type: 'email',
  channel: 'email',
  recipient: 'ada@shop.example',
  template,
  data: { to: 'ada@shop.example', expires_in_minutes: 15, ...data },
  usefulUntil: undefined,
  identityId: undefined,
  flowId: undefined,
  ...more,
});

const CODES: readonly (readonly [TemplateType, string])[] = [
  ['verification_code_valid', 'verification_code'],
  ['recovery_code_valid', 'recovery_code'],
  ['login_code_valid', 'login_code'],
  ['registration_code_valid', 'registration_code'],
];

test('the built-in templates have no issues', () => expect(issues).toEqual([]));

test.each(CODES)('%s tells the code in subject, text and HTML, and how long it lasts', (template, name) => {
  const message = renderMessage(mail(template, { [name]: '012345' }), deps);
  const html = renderHtml(message, templates);
  expect(message).toMatchObject({ status: 'queued', sendCount: 0, dueAt: 1_000, createdAt: 1_000 });
  expect(message.subject).toContain('012345');
  for (const body of [message.body, html]) {
    expect(body).toContain('012345');
    expect(body).toContain('within 15 minutes');
  }
  expect(message.body).not.toMatch(/undefined|<%|\n{3}/);
  expect(html).not.toMatch(/undefined|<%/);
});

test.each(CODES)('%s by text message ends in the line that binds the code to our domain', (template, name) => {
  const data = { [name]: '012345', request_url_domain: 'id.example' };
  const message = renderMessage(
    mail(template, data, { type: 'sms', channel: 'sms', recipient: '+4915112345678' }),
    deps,
  );
  expect(message.subject).toBe('');
  expect(message.body.endsWith('\n@id.example #012345')).toBe(true);
});

describe('links', () => {
  const link = mailLink(publicUrl, 'verification', { flow, token: 'T&<1' });

  test('begin with the public URL and hold flow and token', () => {
    expect(mailLink(`${publicUrl}/`, 'recovery', { flow, token: 'abc' })).toBe(
      `${publicUrl}/self-service/recovery?flow=${flow}&token=abc`,
    );
    expect(mailLink(publicUrl, 'verification', { flow, code: '012345' })).toBe(
      `${publicUrl}/self-service/verification?code=012345&flow=${flow}`,
    );
  });

  test('stand on a line of their own in text, and escaped in HTML', () => {
    const message = renderMessage(mail('verification_valid', { verification_url: link }), deps);
    expect(message.body.split('\n')).toContain(link);
    expect(renderHtml(message, templates)).toContain(`href="${link.replaceAll('&', '&amp;')}"`);
  });

  test('to anywhere else are a bug, not a mail', () => {
    for (const url of [
      'https://evil.example/self-service/verification',
      'https://id.example.evil.example/',
      'https://id.example@evil.example/',
    ]) {
      expect(() => renderMessage(mail('verification_valid', { verification_url: url }), deps)).toThrow(
        /public base URL/,
      );
    }
  });
});

test.each([
  'recovery_invalid',
  'recovery_code_invalid',
  'verification_invalid',
  'verification_code_invalid',
  'account_exists',
] as const)('%s says what happened and links nowhere', (template) => {
  const message = renderMessage(mail(template, {}), deps);
  expect(message.subject).not.toBe('');
  expect(`${message.body}${renderHtml(message, templates) ?? ''}`).not.toMatch(/https?:\/\/|undefined/);
});

describe("a plugin's mail", () => {
  test('has its own words, escaped in HTML', () => {
    const message = renderMessage(mail('plugin', { subject: 'Hi <b>', text: 'One <i>\nline\n\nTwo' }), deps);
    expect(message).toMatchObject({ subject: 'Hi <b>', body: 'One <i>\nline\n\nTwo' });
    const html = renderHtml(message, templates) ?? '';
    expect(html).toContain('One &lt;i&gt;<br>line</p>');
    expect(html).not.toMatch(/<i>|<b>/);
  });

  test('keeps the HTML its author wrote', () => {
    const message = renderMessage(mail('plugin', { subject: 'Hi', text: 'Hi', html: '<p>Hi</p>' }), deps);
    expect(renderHtml(message, templates)).toBe('<p>Hi</p>');
  });

  test('cannot begin another header by its subject', () => {
    for (const subject of ['a\r\nBcc: x@evil.example', 'a\0b', 'a\u0085b', 'a\u2028b']) {
      expect(renderMessage(mail('plugin', { subject, text: 'x' }), deps).subject).not.toMatch(/[\p{Cc}\u2028]/u);
    }
  });
});

test('a recipient that is not one address fails what wanted the mail', () => {
  for (const recipient of ['a@b.example,c@d.example', 'a@b.example\r\nBcc: c@d.example', '']) {
    expect(() => renderMessage(mail('recovery_invalid', {}, { recipient }), deps)).toThrow(/one plain e-mail address/);
  }
});

test('a web hook is a row whose body is the request', () => {
  const hook = mail(
    'web_hook',
    { method: 'POST', headers: {}, body: '{"a":1}' },
    { type: 'http', channel: 'http', recipient: 'https://x.example/' },
  );
  const message = renderMessage(hook, deps);
  expect(message.body).toBe('{"a":1}');
  expect(renderHtml(message, templates)).toBeUndefined();
});

describe("an operator's templates", () => {
  const folders: string[] = [];
  afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

  function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-templates-'));
    folders.push(folder);
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(join(folder, file, '..'), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    return folder;
  }

  test('replace single parts and escape in HTML only', () => {
    const loaded = loadTemplates({
      folder: folderWith({
        'login_code/valid/email.subject.eta': '<%= it.identity.traits.name %>: <%= it.login_code %>\n',
        'login_code/valid/email.body.eta': '<!-- ours --><p><%= it.identity.traits.name %></p>',
      }),
    });
    expect(loaded.issues).toEqual([]);
    const data = { login_code: '012345', identity: { traits: { name: 'A & B' } } };
    const message = renderMessage(mail('login_code_valid', data), { ...deps, templates: loaded.templates });
    expect(message.subject).toBe('A & B: 012345');
    expect(message.body).toContain('The code is');
    expect(renderHtml(message, loaded.templates)).toBe('<p>A &amp; B</p>');
  });

  const rendered = (folder: string, data: JsonObject = {}): string => {
    const loaded = loadTemplates({ folder });
    expect(loaded.issues.map(formatIssue)).toEqual([]);
    return renderMessage(mail('login_code_valid', { login_code: '012345', ...data }), {
      ...deps,
      templates: loaded.templates,
    }).subject;
  };

  test("of the reference's language replace them too, with pieces in files beside them", () => {
    const folder = folderWith({
      'login_code/valid/email.subject.gotmpl': '{{ template "de" . }}',
      'login_code/valid/email.subject.de.gotmpl': '{{ define "de" }}Code {{ .LoginCode }}{{ end }}',
      'login_code/valid/email.body.gotmpl': '<b>{{ .Identity.traits.name }}</b>',
    });
    expect(rendered(folder)).toBe('Code 012345');
    const { templates: own } = loadTemplates({ folder });
    expect(own.render('login_code_valid', 'html', { identity: { traits: { name: '<i>' } } })).toBe('<b>&lt;i&gt;</b>');
  });

  describe('in a folder named after a language', () => {
    const folder = (): string =>
      folderWith({
        'login_code/valid/email.subject.gotmpl': 'code',
        'de/login_code/valid/email.subject.gotmpl': 'Kode',
        'pt_BR/login_code/valid/email.subject.gotmpl': 'código',
      });
    test.each<[string, JsonObject, string]>([
      ['go to who reads it', { identity: { traits: { locale: 'de' } } }, 'Kode'],
      ['go to who reads a form of it', { identity: { traits: { lang: 'de-AT' } } }, 'Kode'],
      ['are found however the tag is written', { identity: { traits: { language: 'PT-br' } } }, 'código'],
      ['are for nobody who reads the plain language', { identity: { traits: { language: 'pt' } } }, 'code'],
      ['go by the traits of who has no identity yet', { traits: { locale: 'de' } }, 'Kode'],
      ['go by what the browser asked for', { request_headers: { 'Accept-Language': ['fr;q=0.9, de;q=0.8'] } }, 'Kode'],
      [
        'go by the trait before the browser',
        { identity: { traits: { locale: 'de' } }, request_headers: { 'Accept-Language': ['pt-BR'] } },
        'Kode',
      ],
      ['are for nobody who says nothing', {}, 'code'],
      ['are not found by a path', { identity: { traits: { locale: '../de' } } }, 'code'],
    ])('%s', (_what, data, expected) => {
      expect(rendered(folder(), data)).toBe(expected);
    });
  });

  describe('written into the configuration', () => {
    const source = { uri: 'base64://…', path: 'courier.templates.login_code.valid.email.subject', place: undefined };
    const text = (written: string, uri = source.uri) => ({
      folder: 'login_code/valid',
      part: 'subject' as const,
      text: written,
      source: { ...source, uri },
    });
    test('go before a file', () => {
      const folder = folderWith({ 'login_code/valid/email.subject.gotmpl': 'file' });
      const { templates: own } = loadTemplates({ folder, texts: [text('{{ .LoginCode }}!')] });
      expect(own.render('login_code_valid', 'subject', { login_code: '012345' })).toBe('012345!');
    });
    test('are eta where the name says so', () => {
      const { templates: own } = loadTemplates({ texts: [text('<%= it.login_code %>!', 'file:///x/subject.eta')] });
      expect(own.render('login_code_valid', 'subject', { login_code: '012345' })).toBe('012345!');
    });
    test('are never code from the web', () => {
      const [first] = loadTemplates({ texts: [text('<%= 1 %>', 'https://x.example/subject.eta?v=1')] }).issues;
      expect(first?.found).toContain('an eta template from the web');
    });
    test.each([
      ['a\n{{ .Nobody }}', 'line 2, column 4 of the template: .Nobody is not known'],
      ['<%= it.login_code %>', 'line 1, column 1 of the template: this is an eta template'],
    ])('are refused with their place: %j', (written, found) => {
      const [first] = loadTemplates({ texts: [text(written)] }).issues;
      expect(first && formatIssue(first)).toContain(`courier.templates.login_code.valid.email.subject: ${found}`);
    });
  });

  test('that cannot be used are named with file, line and column', () => {
    const folder = folderWith({
      'login_code/valid/email.subject.gotmpl': '{{ template "de" . }}',
      'login_code/valid/email.subject.de.gotmpl': 'x\n  {{ define "de" }}{{ env 1 }}{{ end }}',
      'recovery_code/valid/email.body.gotmpl': '<p>\n<script>{{ .RecoveryCode }}</script>',
      'recovery_code/valid/email.body.eta': 'twice',
    });
    expect(loadTemplates({ folder }).issues.map(formatIssue).sort()).toEqual([
      expect.stringContaining(`${folder}/login_code/valid/email.subject.de.gotmpl:2:23 `),
      expect.stringMatching(/email\.body\.gotmpl:1:1 .*: a second template for the same part/),
      expect.stringContaining(`${folder}/recovery_code/valid/email.body.gotmpl:2:11 `),
    ]);
  });

  test.each([
    [
      'bytes that are no text',
      'login_code/valid/email.subject.gotmpl',
      Buffer.from([0xff, 0xfe, 0x41]),
      'it is not UTF-8',
    ],
    ['a syntax error', 'login_code/valid/email.subject.eta', '<% if ( %>', 'it does not compile'],
  ])('%s is named, with its file', (_what, file, text, found) => {
    const folder = folderWith({ [file]: text });
    const [first, ...more] = loadTemplates({ folder }).issues;
    expect(more).toEqual([]);
    expect(first && formatIssue(first)).toContain(`${join(folder, file)}:1:1 courier.template_override_path: ${found}`);
  });

  test.each([
    ['an unknown part', 'login_code/valid/email.footer.eta'],
    ['an unknown template', 'log_in/email.subject.eta'],
  ])('%s is warned about, with its file', (_what, file) => {
    const folder = folderWith({ [file]: 'x' });
    const { issues, warnings } = loadTemplates({ folder });
    expect(issues).toEqual([]);
    const told = `${join(folder, file)}:1:1 courier.template_override_path: no message uses this file`;
    expect(warnings.map(formatIssue)).toEqual([expect.stringContaining(told)]);
  });

  test('of v0.3 are read under the name of today, with one warning for each folder', () => {
    const folder = folderWith({
      'verify/valid/email.subject.gotmpl': 'Is {{ .To }} yours?',
      'verify/valid/email.body.gotmpl': '<a href="{{ .VerifyURL }}">yes</a>',
      'de/verify/valid/email.subject.gotmpl': 'Ist {{ .To }} deine?',
      'verify/invalid/email.subject.gotmpl': 'Nobody has {{ .To }}',
    });
    const { templates, issues, warnings } = loadTemplates({ folder });
    expect(issues).toEqual([]);
    expect(warnings.map(formatIssue).sort()).toEqual([
      expect.stringMatching(/\/de\/verify\/valid\/email\.subject\.gotmpl:1:1 .*rename it to verification\/valid$/),
      expect.stringMatching(/\/verify\/invalid\/email\.subject\.gotmpl:1:1 .*rename it to verification\/invalid$/),
      expect.stringMatching(
        /templates[^/]*\/verify\/valid\/email\.body\.gotmpl:1:1 .*rename it to verification\/valid$/,
      ),
    ]);
    const data = { to: 'ann@example.org', verification_url: 'https://id.example/v?token=1' };
    const german = { ...data, identity: { traits: { locale: 'de' } } };
    expect([
      templates.render('verification_valid', 'subject', data),
      templates.render('verification_valid', 'subject', german),
      templates.render('verification_valid', 'html', data),
      templates.render('verification_invalid', 'subject', data),
    ]).toEqual([
      'Is ann@example.org yours?',
      'Ist ann@example.org deine?',
      '<a href="https://id.example/v?token=1">yes</a>',
      'Nobody has ann@example.org',
    ]);
  });

  test('in a folder that is not there are an issue', () => {
    expect(loadTemplates({ folder: '/nowhere/templates' }).issues).toHaveLength(1);
  });
});
