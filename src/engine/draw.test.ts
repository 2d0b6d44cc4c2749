import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readConfiguration } from '../configuration.ts';
import { drawMermaid } from './draw.ts';
import { compileFlows } from './machines.ts';

const page = new URL('../../docs/flows/registration.md', import.meta.url);
const example = fileURLToPath(new URL('../../examples/custom-hook/sallyport.yaml', import.meta.url));

async function drawn(): Promise<string> {
  const source = { files: [example], env: {}, cwd: '/', command: 'check' as const, dev: true };
  const { configuration, errors } = await readConfiguration(source);
  expect(errors).toEqual([]);
  const flow = configuration && compileFlows(configuration.config, configuration.bound).get('registration');
  return flow ? drawMermaid(flow.config) : '';
}

test('the picture in docs/flows is the machine of examples/custom-hook', async () => {
  const text = await readFile(page, 'utf8');
  expect(text).toContain(`\`\`\`mermaid\n${await drawn()}\`\`\``);
});

test('every state and every way of the machine is drawn', async () => {
  const picture = await drawn();
  for (const line of [
    'opening --> form_waiting: open',
    'form_checking --> form_password_prepare_company_only: accept.password',
    'form_checking --> form_waiting: strategy.reject',
  ]) {
    expect(picture).toContain(line);
  }
});
