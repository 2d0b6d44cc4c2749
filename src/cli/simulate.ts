import path from 'node:path';
import type { Command } from 'commander';
import type { FlowName, MethodName } from '../config/config.ts';
import type { Configuration } from '../app/configuration.ts';
import type { Hook, Point } from '../hook/define.ts';
import { discoverHooks } from '../hook/discover.ts';
import { parseEntryConfig } from '../hook/entry-config.ts';
import { hookFetch } from '../net/hook-fetch.ts';
import { POINTS } from '../hook/validate-hook.ts';
import { formatIssue } from '../kernel/issue.ts';
import { phaseOfHook, simulate, type Simulation } from '../analysis/simulate.ts';
import { withHistory } from './history.ts';
import { CommandError } from './output.ts';
import { configurationFiles, type CommandContext } from './command-context.ts';
import { count } from './load-configuration.ts';
import { recordedFlows } from './recorded-flows.ts';
import { parseWholeNumber } from './whole-number.ts';
import { parseDuration } from '../kernel/clock.ts';

interface SimulateOptions {
  readonly config: readonly string[];
  readonly point: string;
  readonly method?: string;
  readonly since: string;
  /** JSON: the configuration of the hook. */
  readonly with?: string;
  readonly most: string;
  readonly allowNetwork?: boolean;
  readonly format: string;
}

export function defineSimulate(command: Command, context: CommandContext): void {
  command
    .argument('<plugin>', 'a file, a package, or the name of a hook that is there')
    .addOption(configurationFiles())
    .requiredOption('--point <point>', 'where it would stand, such as registration.after')
    .option('--method <method>', 'only flows with this method')
    .option('--since <time>', 'how far back: 90m, 24h, 7d', '7d')
    .option('--with <json>', 'its configuration, as JSON')
    .option('--most <n>', 'at most so many submits', '10000')
    .option('--allow-network', 'let it reach other servers')
    .option('--format <format>', 'text or json', 'text')
    .addHelpText(
      'after',
      '\nWrites nothing. Records stay as long as journal.keep says; traits are those that were sent while the flow is there,\nlater those that the account has today.\n\nExample:\n  sallyport simulate plugins/company_only.ts --point registration.after --with \'{"domain":"example.org"}\' -c sallyport.yaml',
    )
    .action((plugin: string, options: SimulateOptions) => simulatePlugin(context, plugin, options));
}

/** Runs a hook over flows that ran, without effects, and says what it would have done. */
async function simulatePlugin(context: CommandContext, plugin: string, options: SimulateOptions): Promise<void> {
  const { format, allowNetwork = false, config: files } = options;
  if (format !== 'text' && format !== 'json') throw new CommandError(`--format is text or json, not ${format}.`);
  const { point, since, most } = wantedFlows(options);
  const result = await withHistory(context, files, async (history, configuration) => {
    const method = methodOf(options, configuration);
    const hook = await findHook(context, configuration, plugin);
    const parts = {
      hook,
      config: configOf(hook, options.with),
      point,
      method,
      settings: configuration.config,
      fetch: allowNetwork ? hookFetch(configuration.config) : undefined,
      now: () => performance.now(),
    };
    const phase = phaseOfHook(parts);
    if (phase === undefined)
      throw new CommandError(
        `The hook "${hook.name}" is not allowed at ${point}${method === undefined ? '' : `.${method}`}.`,
      );
    const [kind] = point.split('.') as [FlowName]; // a point begins with its flow
    const flows = await recordedFlows(history, {
      kind,
      since,
      most,
      method,
      accepted: point.endsWith('.after'),
      baseUrl: configuration.config.serve.public.baseUrl,
    });
    return await simulate(parts, phase, flows);
  });
  if (format === 'json') return context.output.print(JSON.stringify(result, null, 2));
  for (const line of write(result, plugin, point)) context.output.print(line);
}

/** Which recorded flows the hook runs over: the options, checked. */
function wantedFlows(options: SimulateOptions): {
  readonly point: Point;
  readonly since: number;
  readonly most: number;
} {
  const point = POINTS.find((each) => each === options.point);
  if (point === undefined) throw new CommandError(`--point is one of ${POINTS.join(', ')}, not ${options.point}.`);
  const since = Date.now() - spanOf(options.since);
  const most = parseWholeNumber(options.most, 1);
  if (most === undefined) throw new CommandError('--most is a number of flows.');
  return { point, since, most };
}

function methodOf({ method }: SimulateOptions, { config }: Configuration): MethodName | undefined {
  const known = Object.keys(config.methods);
  if (method !== undefined && !known.includes(method))
    throw new CommandError(`--method is one of ${known.join(', ')}, not ${method}.`);
  return method;
}

async function findHook(
  { cwd }: CommandContext,
  { hooks, config }: Configuration,
  plugin: string,
): Promise<Hook<unknown>> {
  const known = hooks.get(plugin);
  if (known !== undefined) return known.hook;
  const name = /[/.]/.test(plugin) && !plugin.startsWith('@') ? path.resolve(cwd, plugin) : plugin;
  const found = await discoverHooks({
    folders: [],
    packages: [{ name, place: undefined }],
    resolveFrom: config.folder,
    methods: Object.keys(config.methods),
  });
  if (found.issues.length > 0) throw new CommandError(found.issues.map(formatIssue));
  const own = [...found.hooks.values()].filter(({ origin }) => origin !== 'bundled');
  const [first, ...more] = own;
  if (first === undefined) throw new CommandError(`There is no hook in ${plugin}.`);
  if (more.length > 0) throw new CommandError(`${plugin} holds several hooks: name one of their files.`);
  return first.hook;
}

function configOf(hook: Hook<unknown>, text: string | undefined): unknown {
  const entry = { hook: hook.name, id: undefined, config: parseJson(text), path: '--with', place: undefined };
  const { config, issues } = parseEntryConfig(entry, hook, 'current');
  if (issues.length > 0) throw new CommandError(issues.map(formatIssue));
  return config;
}

function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError('--with is JSON, such as \'{"domain":"example.org"}\'.');
  }
}

const DAY = 86_400_000;

/** A duration as in the configuration, or days. */
function spanOf(text: string): number {
  const days = text.endsWith('d') ? parseWholeNumber(text.slice(0, -1), 0) : undefined;
  const span = days === undefined ? parseDuration(text) : days * DAY;
  if (span === undefined) throw new CommandError(`--since is a time such as 90m, 24h or 7d, not ${text}.`);
  return span;
}

function write(
  { flows, phase, verdicts, changed, writes, kept, took, examples }: Simulation,
  plugin: string,
  point: Point,
): readonly string[] {
  if (flows === 0)
    return [
      `No flow is recorded that ${plugin} at ${point} could have seen. Records stay as long as journal.keep says.`,
    ];
  const counted = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([what, n]) => `${what} ${n}`)
      .join(', ');
  const { continue: passed, modify, redirect, fail, divert, failed } = verdicts;
  return [
    `${plugin} at ${point} (${phase}), over ${count(flows, 'flow')}:`,
    `  would have let pass ${passed}, refused ${fail}, redirected ${redirect}, diverted ${divert}, changed ${modify}; failed ${failed}`,
    ...(modify > 0 ? [`  changed: ${counted(changed)}`] : []),
    ...(Object.keys(writes).length > 0 ? [`  would have written: ${counted(writes)}`] : []),
    ...(kept > 0 ? [`  ${count(kept, 'request')} not made (--allow-network)`] : []),
    `  took ${took.median.toFixed(2)} ms (median), ${took.p95.toFixed(2)} ms (95 %), ${took.longest.toFixed(2)} ms at most`,
    ...examples.map(({ flow, verdict, why }) => `  ${verdict}  ${flow}  ${why}`),
  ];
}
