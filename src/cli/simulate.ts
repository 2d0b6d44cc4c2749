import path from 'node:path';
import type { FlowName } from '../config/config.ts';
import type { Configuration } from '../app/configuration.ts';
import type { Hook } from '../hook/define.ts';
import { discoverHooks } from '../hook/discover.ts';
import { parseEntryConfig } from '../hook/entry-config.ts';
import { hookFetch } from '../net/hook-fetch.ts';
import { METHODS, POINTS } from '../hook/validate-hook.ts';
import { formatIssue } from '../kernel/issue.ts';
import { phaseOfHook, simulate, type Simulation } from '../analysis/simulate.ts';
import { withHistory } from './history.ts';
import { CommandError } from './output.ts';
import type { Surroundings } from './program.ts';
import { count } from './load-configuration.ts';
import { recordedFlows } from './recorded-flows.ts';

export interface SimulateOptions {
  /** A file, a package, or the name of a hook that is there. */
  readonly plugin: string;
  readonly files: readonly string[];
  readonly point: string;
  readonly method: string | undefined;
  readonly since: string;
  /** JSON of the hook's own configuration. */
  readonly config: string | undefined;
  readonly most: string;
  readonly allowNetwork: boolean;
  readonly format: string;
}

/** Runs a hook over flows that ran, without effects, and says what it would have done. */
export async function simulatePlugin(around: Surroundings, options: SimulateOptions): Promise<void> {
  const { format, allowNetwork, files } = options;
  if (format !== 'text' && format !== 'json') throw new CommandError(`--format is text or json, not ${format}.`);
  const point = POINTS.find((each) => each === options.point);
  if (point === undefined) throw new CommandError(`--point is one of ${POINTS.join(', ')}, not ${options.point}.`);
  const method = METHODS.find((each) => each === options.method);
  if (options.method !== undefined && method === undefined)
    throw new CommandError(`--method is one of ${METHODS.join(', ')}, not ${options.method}.`);
  const since = Date.now() - spanOf(options.since);
  const most = Number(options.most);
  if (!Number.isInteger(most) || most < 1) throw new CommandError('--most is a number of flows.');

  const result = await withHistory(around, files, async (history, configuration) => {
    const hook = await findHook(around, configuration, options.plugin);
    const config = configOf(hook, options.config);
    const parts = {
      hook,
      config,
      point,
      method,
      settings: configuration.config,
      fetch: allowNetwork ? hookFetch(configuration.config) : undefined,
      now: () => performance.now(),
    };
    const phase = phaseOfHook(parts);
    if (phase === undefined)
      throw new CommandError(
        `The hook "${hook.name}" may not stand at ${point}${method === undefined ? '' : `.${method}`}.`,
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
  if (format === 'json') return around.output.print(JSON.stringify(result, null, 2));
  for (const line of write(result, options)) around.output.print(line);
}

async function findHook(
  { cwd }: Surroundings,
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

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function spanOf(text: string): number {
  const [, number, unit] = /^(\d+)([mhd])$/.exec(text) ?? [];
  if (number === undefined || unit === undefined)
    throw new CommandError(`--since is a time such as 90m, 24h or 7d, not ${text}.`);
  return Number(number) * (UNITS[unit] ?? 0);
}

function write(
  { flows, phase, verdicts, changed, writes, kept, took, examples }: Simulation,
  { plugin, point }: SimulateOptions,
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
