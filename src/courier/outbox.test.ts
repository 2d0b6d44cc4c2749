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
const { templates, issues } = loadTemplates(undefined);
const deps = {
  templates,
  publicUrl,
  clock: { now: () => 1_000 },
  random: {
    uuid: () => '00000000-0000-4000-8000-00000000000a',
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

  function folderWith(files: Readonly<Record<string, string>>): string {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-templates-'));
    folders.push(folder);
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(join(folder, file, '..'), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    return folder;
  }

  test('replace single parts and escape in HTML only', () => {
    const loaded = loadTemplates(
      folderWith({
        'login_code/valid/email.subject.eta': '<%= it.identity.traits.name %>: <%= it.login_code %>\n',
        'login_code/valid/email.body.eta': '<p><%= it.identity.traits.name %></p>',
      }),
    );
    expect(loaded.issues).toEqual([]);
    const data = { login_code: '012345', identity: { traits: { name: 'A & B' } } };
    const message = renderMessage(mail('login_code_valid', data), { ...deps, templates: loaded.templates });
    expect(message.subject).toBe('A & B: 012345');
    expect(message.body).toContain('your sign-in code is');
    expect(renderHtml(message, loaded.templates)).toBe('<p>A &amp; B</p>');
  });

  test.each([
    ['a Go template', 'login_code/valid/email.subject.gotmpl', 'x', 'a Go template, which is not evaluated'],
    ['an unknown part', 'login_code/valid/email.footer.eta', 'x', 'no message uses this file'],
    ['an unknown template', 'log_in/email.subject.eta', 'x', 'no message uses this file'],
    ['a syntax error', 'login_code/valid/email.subject.eta', '<% if ( %>', 'it does not compile'],
  ])('%s is named, with its file', (_what, file, text, found) => {
    const folder = folderWith({ [file]: text });
    const [first, ...more] = loadTemplates(folder).issues;
    expect(more).toEqual([]);
    expect(first && formatIssue(first)).toContain(`${join(folder, file)}:1:1 courier.template_override_path: ${found}`);
  });

  test('in a folder that is not there are an issue', () => {
    expect(loadTemplates('/nowhere/templates').issues).toHaveLength(1);
  });
});
