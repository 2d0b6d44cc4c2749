import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { read, readList } from '../support/http-client.ts';
import { runCommand } from '../support/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
cpSync(fileURLToPath(new URL('../../examples/custom-hook/', import.meta.url)), folder, { recursive: true });
const good = join(folder, 'sallyport.yaml');
const text = readFileSync(good, 'utf8');
const closed = join(folder, 'closed.yaml');
writeFileSync(
  closed,
  text.replace(
    'flows:\n',
    'flows:\n    login: { before: { hooks: [{ hook: redirect, config: { to: https://app.example.org/ } }] } }\n',
  ),
);

describe('sallyport check', () => {
  test('says nothing against an example, and where its hooks run', async () => {
    const { status, output } = await runCommand(['check', '--fragment', '-c', good, '--strict', '--hooks']);
    expect(status, output).toBe(0);
    expect(output).toMatch(
      /company_only .*\n {2}runs in registration with password \(before persisting; browser, native\)/,
    );
    expect(output).toContain('rules hold.');
  });

  test('shows the shortest way to what is wrong, with line and advice, and fails', async () => {
    const { status, output } = await runCommand(['check', '--fragment', '-c', closed]);
    expect(status).toBe(1);
    expect(output).toMatch(
      /^error nobody-can-sign-in: .*closed\.yaml:\d+:\d+ selfservice\.flows\.login\.before\.hooks\[0\]: /m,
    );
    expect(output).toContain('hook.redirect → redirected');
  });

  test('draws the way in JSON, as Mermaid', async () => {
    const { status, output } = await runCommand(['check', '--fragment', '-c', closed, '--format', 'json']);
    expect(status).toBe(1);
    const json: unknown = JSON.parse(output);
    const found = readList(json, 'findings').find((each) => read(each, 'id') === 'nobody-can-sign-in');
    expect(read(found, 'way.mermaid')).toContain('before_prepare_redirect --> redirected: hook.redirect');
    expect(read(json, 'ok')).toBe(false);
  });

  test('writes SARIF that names rule, line and way', async () => {
    const { output } = await runCommand(['check', '--fragment', '-c', closed, '--format', 'sarif']);
    const json: unknown = JSON.parse(output);
    expect(read(json, 'version')).toBe('2.1.0');
    const rules = readList(json, 'runs.0.tool.driver.rules');
    const result = readList(json, 'runs.0.results').find((each) => read(each, 'ruleId') === 'nobody-can-sign-in');
    expect(read(rules[Number(read(result, 'ruleIndex'))], 'id')).toBe('nobody-can-sign-in');
    expect(read(result, 'level')).toBe('error');
    expect(read(result, 'locations.0.physicalLocation.region.startLine')).toBeGreaterThan(1);
    expect(readList(result, 'codeFlows.0.threadFlows.0.locations').length).toBe(2);
  });
});

describe('sallyport check --diff', () => {
  const variant = (name: string, from: string, to: string): string => {
    const file = join(folder, `${name}.yaml`);
    expect(text).toContain(from);
    writeFileSync(file, text.replace(from, to));
    return file;
  };

  test('says of the same configuration that it does the same', async () => {
    const { status, output } = await runCommand(['check', '--diff', good, good]);
    expect(status, output).toBe(0);
    expect(output.trim()).toBe('The two do the same.');
  });

  test('says what is lost when a method of signing in and a guard go', async () => {
    const { status, output } = await runCommand(['check', '--diff', good, closed, '--strict']);
    expect(status).toBe(1);
    expect(output).toMatch(/Guarantees lost \(\d+\)\n {2}Nobody is locked out/);
    expect(output).toContain('Hooks added (1)\n  login.before redirect');
    const without = variant(
      'open',
      '            - hook: company_only\n              config: { domain: example.org }\n',
      '',
    );
    const second = await runCommand(['check', '--diff', good, without, '--format', 'json']);
    const json: unknown = JSON.parse(second.output);
    expect(readList(json, 'hooksRemoved')).toEqual(['registration.after.password company_only']);
    expect(readList(json, 'pathsRemoved').length).toBeGreaterThan(readList(json, 'pathsAdded').length);
  });

  test('says which hooks moved across the persist boundary', async () => {
    for (const [at, phase] of [['before', 'prepare'], ['after', 'follow']] as const) {
      writeFileSync(
        join(folder, `moves_${at}.ts`),
        `import { defineHook } from 'sallyport/plugin';\nexport default defineHook({ name: 'moves', at: { 'registration.after': '${phase}' }, timeoutMs: 9, run: { ${phase}: () => ({ kind: 'continue' }) } });\n`,
      );
    } // prettier-ignore
    const line = '            - hook: session\n';
    const files = ['before', 'after'].map((at) => {
      const dir = mkdtempSync(join(folder, `${at}-`));
      cpSync(join(folder, `moves_${at}.ts`), join(dir, 'moves.ts'));
      const own = text.replace(line, `            - hook: moves\n${line}`).replace(/^identity:/m, `plugins: ['${dir}/moves.ts']\nidentity:`);
      const file = join(folder, `moves-${at}.yaml`);
      writeFileSync(file, own);
      return file;
    }); // prettier-ignore
    const { output } = await runCommand(['check', '--diff', ...files]);
    expect(output).toContain('registration.after.password moves: prepare → follow, across the persist boundary');
  });

  test('says which settings protect less', async () => {
    const weaker = variant('weaker', 'selfservice:\n', 'session: { lifespan: 720h }\nselfservice:\n');
    const { output } = await runCommand(['check', '--diff', good, weaker]);
    expect(output).toMatch(/Guarantees lost \(1\)\n {2}session\.lifespan: \d+h → 720h/);
  });

  test('says whether sessions end later, owners hear less and passwords may be more', async () => {
    const section = 'selfservice:\n';
    const strict = `session: { inactivity: 30m, max_per_identity: 5 }\nselfservice:\n  methods: { password: { config: { context_words: [acme] } } }\n`;
    const stricter = variant('stricter', section, strict);
    const { output } = await runCommand(['check', '--diff', stricter, good]);
    expect(output).toContain('Guarantees lost (3)');
    for (const lost of [
      'selfservice.methods.password.config.context_words: 1 → 0',
      'session.inactivity: 30m → any',
      'session.max_per_identity: 5 → any',
    ])
      expect(output).toContain(lost);
    const mailing = 'courier: { smtp: { connection_uri: smtp://127.0.0.1:1025/ }';
    const [silent, told] = [' }', ', notify: {} }'].map((end, n) =>
      variant(`mails-${n}`, section, `${mailing}${end}\n${section}`),
    );
    const second = await runCommand(['check', '--diff', told ?? '', silent ?? '']);
    expect(second.output).toContain('courier.notify: 4 → 0');
  });
});
