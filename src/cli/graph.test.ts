import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { plainModules } from '../hook/modules.ts';
import { graph, type GraphOptions } from './graph.ts';
import { CommandError } from './output.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/custom-hook/sallyport.yaml', import.meta.url));

/** What the command prints; a refusal's last line. */
async function draw({ flow, ...options }: Partial<GraphOptions> & { readonly flow?: string }): Promise<string> {
  const printed: string[] = [];
  const output = {
    print: (text: string) => void printed.push(text),
    note: () => undefined,
    warn: () => undefined,
    fail: () => undefined,
    useJson: () => undefined,
    terminal: false,
  };
  const context = {
    env: {},
    cwd: '/',
    output,
    ended: new Promise<string>(() => undefined),
    onHangup: () => undefined,
    modules: plainModules,
    ask: () => Promise.resolve(false),
    guard: () => () => undefined,
  };
  try {
    await graph(context, flow, { config: [EXAMPLE], format: 'mermaid', collapse: [], ...options });
    return printed.join('\n');
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return `refused: ${error.lines.at(-1)}`;
  }
}

test('draws one flow in each format', async () => {
  const flow = 'registration';
  expect(await draw({ flow })).toContain('state "company_only – domain: example.org"');
  expect(await draw({ flow, format: 'dot', collapse: ['lanes'] })).toContain(
    '"form.password" [label="password\\ncompany_only, identity, session"',
  );
  expect(await draw({ flow, format: 'svg' })).toContain('id="s-form.password.prepare.company_only"');
  const machine: unknown = JSON.parse(await draw({ flow, format: 'json' }));
  expect(machine).toMatchObject({ id: 'flow', initial: 'opening', states: { form: { initial: 'waiting' } } });
});

test('draws all flows: as texts one after the other, as files into a folder', async () => {
  const all = await draw({});
  expect(all.match(/^%% \w+$/gm)).toEqual(expect.arrayContaining(['%% Login', '%% Registration', '%% Logout']));
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-graph-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const out = join(folder, 'drawn');
  await draw({ format: 'json', out });
  const files = await readdir(out);
  expect(files).toEqual(expect.arrayContaining(['login.json', 'registration.json', 'settings.json']));
  const together: unknown = JSON.parse(await draw({ format: 'json' }));
  for (const file of files) {
    const one: unknown = JSON.parse(await readFile(join(out, file), 'utf8'));
    expect(together).toHaveProperty([file.replace('.json', '')], one);
  }
});

test('says what it cannot draw, and what there is', async () => {
  expect(await draw({ flow: 'regstration' })).toMatch(
    /^refused: There is no flow "regstration" here; there are: login, registration,/,
  );
  expect(await draw({ format: 'png' })).toBe('refused: --format is svg, mermaid, json, dot, not png.');
  expect(await draw({ flow: 'login', collapse: ['nothing'] })).toMatch(
    /^refused: Allowed: pages, lanes, boxes, form, form\.password/,
  );
  expect(await draw({ format: 'svg' })).toMatch(/^refused: Several pictures .* or a folder with --out\.$/);
  expect(await draw({ format: 'json', collapse: ['lanes'] })).toMatch(/^refused: .* leave --collapse out\.$/);
});
