import { formEncode, type RequestOptions } from '../support/http-client.ts';
import { type Bindings, createBindings, filled } from './bindings.ts';
import { compare, type Difference } from './compare.ts';
import { LATER_GROUPS, LATER_EXCHANGES } from './later.ts';
import { SCENES } from './scenes.ts';
import { createStage } from './stage.ts';
import type { Theatre } from './theatre.ts';
import { type Exchange, loadExchanges, type Scenario } from './transcript.ts';

export interface Deviation extends Difference {
  readonly scenario: string;
  readonly exchange: number;
  readonly request: string;
}

/** Plays a scenario request by request and says in what the answers are not those that were recorded. */
export async function replay(scenario: Scenario, theatre: Theatre): Promise<readonly Deviation[]> {
  const bindings = createBindings(theatre.names);
  const stage = createStage(theatre, bindings);
  const scene = SCENES[scenario.name] ?? {};
  const later = LATER_EXCHANGES[scenario.name]?.exchanges ?? [];
  const deviations: Deviation[] = [];
  await scene.before?.(stage);
  for (const [index, exchange] of loadExchanges(scenario.name).entries()) {
    if (later.includes(index)) continue;
    await scene.at?.[index]?.(stage);
    const { request } = exchange;
    const at = {
      scenario: scenario.name,
      exchange: index,
      request: `${request.method} ${request.host}${request.path}`,
    };
    const differences = await play(exchange, theatre, bindings);
    deviations.push(...differences.map((difference) => ({ ...at, ...difference })));
  }
  return deviations;
}

async function play(
  { request, response }: Exchange,
  theatre: Theatre,
  bindings: Bindings,
): Promise<readonly Difference[]> {
  const url = filled(`${request.host}${request.path}`, bindings);
  const answer = await theatre.http.request(request.method, url, optionsOf(request, bindings));
  return compare(response, answer, bindings, LATER_GROUPS);
}

function optionsOf({ headers, body }: Exchange['request'], bindings: Bindings): RequestOptions {
  const sent = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), filled(value, bindings)]);
  const all = { accept: '*/*', 'user-agent': 'transcript/1', ...Object.fromEntries(sent) };
  if (body === undefined) return { headers: all };
  if (typeof body === 'string') return { headers: all, body };
  const text = JSON.stringify(body, (_key, value: unknown) => (value === '<duration>' ? 2019 : value));
  if (headers['Content-Type'] !== 'application/x-www-form-urlencoded') {
    return { headers: all, body: filled(text, bindings) };
  }
  return { headers: all, body: formEncode(parseFields(filled(text, bindings))) };
}

// The form fields of a recording: an object of texts.
const parseFields = (text: string): Record<string, string> => JSON.parse(text) as Record<string, string>;

/** For a failed test: each deviation on its own lines, under the request that it answers. */
export function describeDeviations(deviations: readonly Deviation[]): string {
  const lines: string[] = [];
  let last = '';
  for (const { scenario, exchange, request, path, expected, got } of deviations) {
    const head = `${scenario}, exchange ${exchange}: ${request}`;
    if (head !== last) lines.push(head);
    last = head;
    lines.push(`  ${path}`, `    expected ${expected}`, `    got      ${got}`);
  }
  return lines.join('\n');
}
