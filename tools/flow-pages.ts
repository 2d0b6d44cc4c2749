import { fileURLToPath } from 'node:url';
import { readConfiguration } from '../src/app/configuration.ts';
import { allStates, leadsBack, type Chart, type ChartState } from '../src/flow/chart.ts';
import { closedAtFirst } from '../src/diagram/collapse.ts';
import { layOut } from '../src/diagram/lay-out.ts';
import { drawMermaid } from '../src/diagram/mermaid.ts';
import { planOf } from '../src/diagram/plan.ts';
import { writeSvg } from '../src/diagram/svg.ts';
import { sayEvent } from '../src/flow/state-titles.ts';
import { readChart } from '../src/engine/machine/read-chart.ts';
import { compileFlows } from '../src/engine/machine/compile-flows.ts';
import type { FlowKind } from '../src/flow/flow.ts';
import { formatIssue } from '../src/kernel/issue.ts';

/** The example whose machines the pages show. */
const EXAMPLE = 'examples/minimal/sallyport.yaml';

const ABOUT: Readonly<Record<FlowKind, string>> = {
  login:
    'A stranger proves who they are and gets a session; somebody who is signed in already comes in at `confirm`. Hooks may object before the session is made.',
  registration:
    'A form, perhaps a second page, a code or a provider. Hooks may object while nothing is stored; then the account and all that belongs to it is stored at once.',
  settings:
    'What a signed-in person may change. One flow takes several submits: after each it rests on `success`. A change that needs a fresh proof is put aside on `held`.',
  verification: 'An address is asked for, a message goes to it, and what the message holds proves the address.',
  recovery:
    'Somebody who cannot sign in asks for a message and comes back with what it holds; then they may set a new password.',
  logout: 'One request through the whole machine. Whatever hooks say, the session ends.',
};

/** Every page below `docs/flows` with its picture, by file name: made from the machines, never by hand. */
export async function flowPages(): Promise<ReadonlyMap<string, string>> {
  const file = fileURLToPath(new URL(`../${EXAMPLE}`, import.meta.url));
  const env = { SALLYPORT_COOKIE_SECRET: 'shown nowhere, for the pages only' };
  const source = { files: [file], env, cwd: '/', command: 'check' as const, dev: false };
  const { configuration, errors } = await readConfiguration(source);
  if (configuration === undefined) throw new Error(errors.map(formatIssue).join('\n'));
  const { bound } = configuration;
  const pages = new Map<string, string>();
  for (const flow of compileFlows(configuration).values()) {
    const chart = readChart(flow, bound);
    const plan = planOf(chart, closedAtFirst(chart));
    pages.set(`${chart.kind}.md`, pageOf(chart));
    pages.set(`${chart.kind}.svg`, writeSvg(plan, await layOut(plan, false), { alone: true, counted: false }));
  }
  return pages;
}

function pageOf(chart: Chart): string {
  const closed = closedAtFirst(chart);
  const folded =
    closed.size === 0 ? '' : ' Lanes of later pages are folded; the Mermaid text and the table have them all.';
  return `# ${chart.title}

Generated from the machine of \`${EXAMPLE}\` by \`npm run docs\`; a test compares this page with what runs.
[How to read the diagram](../guide/read-the-diagram.md). Your own: \`sallyport graph ${chart.kind} -c sallyport.yaml\`.

${ABOUT[chart.kind]}

![The ${chart.title.toLowerCase()} machine](${chart.kind}.svg)${folded}

<details>
<summary>The same as Mermaid</summary>

\`\`\`mermaid
${drawMermaid(planOf(chart))}\`\`\`

</details>

## States

Refusals are in _italics_.

| state | what it is | leads to |
| ----- | ---------- | -------- |
${[...allStates(chart.states)]
  .filter(({ states }) => states.length === 0)
  .map((state) => rowOf(state, chart))
  .join('\n')}
`;
}

function rowOf({ path, title, detail, phase }: ChartState, chart: Chart): string {
  const ways = new Map<string, string[]>();
  for (const way of chart.ways) {
    if (way.from !== path) continue;
    const said = leadsBack(way) ? `_${sayEvent(way.event)}_` : sayEvent(way.event);
    ways.set(way.to, [...(ways.get(way.to) ?? []), said]);
  }
  const leads = [...ways].map(([to, events]) => `${events.join(' / ')} → \`${to}\``).join('<br>');
  const what = [title, detail, phase].filter((each) => each !== undefined).join('; ');
  return `| \`${path}\` | ${what} | ${leads} |`;
}
