import { isObject, type Json, type JsonObject } from '../../kernel/json.ts';
import type { MachineGraph } from '../../engine/machine/graph.ts';
import type { PathStep } from '../../analysis/paths.ts';
import { methodsOf, type Subject } from '../../analysis/subject.ts';
import type { DriverHoldings } from '../../strategy/method.ts';
import type { Person } from './test-person.ts';

/** By the key of a hook and by the event it is to cause: what to add to the body. */
export type Provoke = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

export interface Cast {
  /** The person who submits. */
  readonly self: Person;
  /** Another person, who has an account. */
  readonly other: Person;
  readonly provoke: Provoke;
  readonly methods: Subject['methods'];
  /** What `self` can answer to the form that is shown. */
  readonly holds: DriverHoldings;
  /** The newest mail to `self`, on a page that waits for its code or link. */
  readonly mail?: Mail | undefined;
}

/** The code or link of a mail. */
export interface Mail {
  readonly code: string | undefined;
  readonly link: URL | undefined;
}

/** The request that takes these steps: a body to send or a link to open; or the reason why there is none. */
export type Request = { readonly body: JsonObject } | { readonly open: URL } | { readonly left: string };

/** Makes the body of the submit that takes a leg: the values of the form, and what makes the hooks give their verdicts. */
export function requestFor(graph: MachineGraph, steps: readonly PathStep[], cast: Cast): Request {
  const checking = steps.find(({ state }) => state.endsWith('.checking'));
  if (checking === undefined || steps[0]?.events.includes('submit') !== true)
    return { left: 'it begins with no submit' };
  const opens = cast.methods
    .lanes(graph.kind)
    .some(({ method, returns }) => returns === true && checking.events.includes(`accept.${method}`));
  const link = cast.mail?.link?.searchParams.has('token') === true ? cast.mail.link : undefined;
  if (opens && link === undefined) return { left: 'it needs a link from a mail' };
  let body = opens ? {} : answerTo(graph, checking, cast);
  if (body === undefined)
    return { left: `${checking.events[0] ?? ''} needs a mail that can be read, a provider, or time to pass` };
  for (const step of steps) {
    const more = provocation(graph, step, body, cast);
    if (more === undefined)
      return { left: `${step.state} says ${step.events.join(' or ')} only if \`provoke\` says how` };
    body = more;
  }
  return opens && link !== undefined ? { open: link } : { body };
}

/** What makes the page show what the method of this step asks to be confirmed, as backup codes; undefined: nothing does. */
export function showingFor(graph: MachineGraph, steps: readonly PathStep[], cast: Cast): JsonObject | undefined {
  const checking = steps.find(({ state }) => state.endsWith('.checking'));
  const name = /^accept\.(.+)$/.exec(checking?.events[0] ?? '')?.[1];
  const lane = cast.methods.lanes(graph.kind).find(({ method }) => method === name);
  if (checking === undefined || lane?.shows !== true) return undefined;
  const page = checking.state.split('.')[0] ?? '';
  const question = { kind: graph.kind, page, event: `challenge.${page}`, person: cast.self, code: undefined };
  const fields = cast.methods.all.find((method) => method.name === name)?.types?.({ ...question, holds: cast.holds });
  return fields === undefined ? undefined : { method: lane.method, ...fields };
}

/** The values that make a strategy answer with this event; the method says what it is typed. */
function answerTo(
  graph: MachineGraph,
  { state, events }: PathStep,
  { self, mail, methods, holds }: Cast,
): JsonObject | undefined {
  const { kind } = graph;
  const [event = ''] = events;
  const question = { kind, page: state.split('.')[0] ?? '', event, person: self, code: mail?.code, holds };
  const [first] = methodsOf(graph);
  const only =
    /^accept\.(.+)$/.exec(event)?.[1] ?? (kind === 'verification' || kind === 'recovery' ? first : undefined);
  for (const method of methods.all) {
    const fields = only === undefined || only === method.name ? method.types?.(question) : undefined;
    if (fields !== undefined) return { method: method.name, ...fields };
  }
  return undefined;
}

/** Store steps that find the address taken by another account. */
const OWNED: ReadonlySet<string> = new Set(['identity', 'changes']);

/** The body that makes this step cause this event; undefined: no body does. */
function provocation(
  graph: MachineGraph,
  step: PathStep,
  body: JsonObject,
  { other, provoke }: Cast,
): JsonObject | undefined {
  const { events, state } = step;
  const at = graph.states.get(state);
  if (at?.hook !== undefined) {
    const own = Object.entries(provoke[at.hook.key] ?? {}).find(([event]) => events.includes(event));
    if (own !== undefined) return merge(body, own[1]);
    const expected = at.hook.hook.ends === true ? 'hook.redirect' : 'hook.continue';
    return events.includes(expected) ? body : undefined;
  }
  if (events.includes('store.taken')) {
    if (!OWNED.has(state.split('.').at(-1) ?? '') || !('traits' in body)) return undefined;
    // The address cannot change once the code was mailed: have another person register it meanwhile.
    return 'code' in body ? body : { ...body, traits: other.traits };
  }
  return events.some((event) => event === 'store.stale' || event === 'hook.divert') ? undefined : body;
}

function merge(left: JsonObject, right: JsonObject): JsonObject {
  const both = Object.entries(right).map(([key, value]): [string, Json] => {
    const before = left[key];
    const deep = isObject(before) && isObject(value);
    return [key, deep ? merge(before as JsonObject, value as JsonObject) : value]; // objects of JSON
  });
  return { ...left, ...Object.fromEntries(both) };
}
