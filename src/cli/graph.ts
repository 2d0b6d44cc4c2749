import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Option, type Command } from 'commander';
import type { Chart } from '../flow/chart.ts';
import { closedBy, COLLAPSE, compounds } from '../diagram/collapse.ts';
import { drawDot } from '../diagram/dot.ts';
import { layOut } from '../diagram/lay-out.ts';
import { machineJson } from '../diagram/machine-json.ts';
import { drawMermaid } from '../diagram/mermaid.ts';
import { planOf } from '../diagram/plan.ts';
import { writeSvg } from '../diagram/svg.ts';
import { readChart } from '../engine/machine/read-chart.ts';
import { compileFlows } from '../engine/machine/compile-flows.ts';
import { CommandError } from './output.ts';
import { collect, configurationFiles, type CommandContext } from './command-context.ts';
import { readOrRefuse } from './load-configuration.ts';

const FORMATS = ['svg', 'mermaid', 'json', 'dot'] as const;
type Format = (typeof FORMATS)[number];
const ENDINGS: Readonly<Record<Format, string>> = { svg: 'svg', mermaid: 'mmd', json: 'json', dot: 'dot' };

export interface GraphOptions {
  readonly config: readonly string[];
  readonly format: string;
  /** A file for one flow, a folder for all of them. */
  readonly out?: string;
  readonly collapse: readonly string[];
}

export function defineGraph(command: Command, context: CommandContext): void {
  command
    .argument('[flow]', 'login, registration, settings, …; all of them if left out')
    .addOption(configurationFiles())
    .option('--format <format>', 'svg, mermaid, json (XState v5) or dot', 'mermaid')
    .option('--out <path>', 'write a file; without a flow a folder with a file for each')
    .addOption(
      new Option('--collapse <what>', 'draw as one box: pages, lanes, boxes, or a path such as form.password')
        .argParser(collect)
        .default([]),
    )
    .addHelpText(
      'after',
      '\nExample:\n  sallyport graph registration -c sallyport.yaml --format svg --out registration.svg',
    )
    .action((flow: string | undefined, options: GraphOptions) => graph(context, flow, options));
}

/** Draws one flow, or all, as compiled from the configuration. */
export async function graph(context: CommandContext, flow: string | undefined, options: GraphOptions): Promise<void> {
  const { config: files, out, collapse } = options;
  const format = FORMATS.find((each) => each === options.format);
  if (format === undefined) throw new CommandError(`--format is ${FORMATS.join(', ')}, not ${options.format}.`);
  if (format === 'json' && collapse.length > 0)
    throw new CommandError('--format json is the whole machine: leave --collapse out.');
  const { configuration } = await readOrRefuse(context, { files, command: 'check', dev: false });
  const all = [...compileFlows(configuration).values()].map((each) => readChart(each, configuration.bound));
  const charts = flow === undefined ? all : all.filter(({ kind }) => kind === flow);
  const kinds = all.map(({ kind }) => kind).join(', ');
  if (charts.length === 0) throw new CommandError(`There is no flow "${flow}" here; there are: ${kinds}.`);

  const drawn: [Chart, string][] = [];
  for (const chart of charts) drawn.push([chart, await draw(chart, format, collapse)]);
  const [first] = drawn;
  if (out !== undefined) return write(context, drawn, { out, format, one: flow !== undefined });
  if (drawn.length === 1 && first !== undefined) return context.output.print(first[1].trimEnd());
  if (format === 'svg')
    throw new CommandError(`Several pictures do not fit into one SVG: name a flow (${kinds}), or a folder with --out.`);
  context.output.print(joinDrawings(drawn, format));
}

/** Several drawings in one text. */
function joinDrawings(drawn: readonly (readonly [Chart, string])[], format: 'json' | 'mermaid' | 'dot'): string {
  if (format === 'json')
    return JSON.stringify(Object.fromEntries(drawn.map(([{ kind }, text]) => [kind, JSON.parse(text)])), null, 2);
  const mark = format === 'mermaid' ? '%%' : '//';
  return drawn
    .map(([{ title }, text]) => `${mark} ${title}\n${text}`)
    .join('\n')
    .trimEnd();
}

async function draw(chart: Chart, format: Format, collapse: readonly string[]): Promise<string> {
  if (format === 'json') return `${JSON.stringify(machineJson(chart), null, 2)}\n`;
  const closed = closedBy(chart, collapse);
  if ('unknown' in closed) {
    const paths = compounds(chart).map(({ path: each }) => each);
    throw new CommandError([
      `--collapse ${closed.unknown}: ${chart.kind} has nothing by that name.`,
      `Allowed: ${[...COLLAPSE, ...paths].join(', ')}.`,
    ]);
  }
  const plan = planOf(chart, closed);
  if (format === 'mermaid') return drawMermaid(plan);
  if (format === 'dot') return drawDot(plan);
  return writeSvg(plan, await layOut(plan, false), { alone: true, counted: false });
}

async function write(
  { cwd, output }: CommandContext,
  drawn: readonly (readonly [Chart, string])[],
  { out, format, one }: { readonly out: string; readonly format: Format; readonly one: boolean },
): Promise<void> {
  const target = path.resolve(cwd, out);
  await mkdir(one ? path.dirname(target) : target, { recursive: true });
  for (const [{ kind }, text] of drawn) {
    const file = one ? target : path.join(target, `${kind}.${ENDINGS[format]}`);
    await writeFile(file, text);
    output.note(`${path.relative(cwd, file)}: ${kind}`);
  }
}
