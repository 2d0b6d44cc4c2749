import { assign, setup } from 'xstate';
import type { Draft } from '../kernel/draft.ts';
import type { Message } from '../kernel/message.ts';
import type { Phase } from '../kernel/verdict.ts';
import type { JsonObject } from '../kernel/json.ts';

/** The grammar of all flow files. What these types cannot express (guards, invocations, delays) a flow cannot do. */
export type HookStep = { readonly do: 'hook'; readonly phase: Phase; readonly list: string; readonly hook: string };
/** What a store step writes: one of the engine's own words, or the name of a step that a method brings. */
export type What = string;
export type StoreStep = { readonly do: 'store'; readonly what: What };
export type Step = { readonly do: 'strategy' } | StoreStep | HookStep;
/** The `state` clients see while a flow rests here. */
export type Wire = 'choose_method' | 'sent_email' | 'show_form' | 'success' | 'passed_challenge';
export type Meta = Step | { readonly wire: Wire };

/** Plain JSON; holds no secret. */
export interface FlowContext {
  readonly method: string | null;
  readonly draft: Draft | null;
  /** The submitted fields without passwords, codes and tokens. */
  readonly values: JsonObject;
  readonly messages: readonly Message[];
}

/** Events are made by the engine alone. A request causes `open*`, `submit` and `return`, and no other. */
export type FlowEvent =
  | {
      readonly type: Opening;
      /** For a flow that continues another flow. */
      readonly method?: string | null;
      readonly draft?: Draft | null;
      readonly values?: JsonObject;
      readonly messages?: readonly Message[];
    }
  | { readonly type: 'submit' | 'return'; readonly method: string | null }
  | { readonly type: `accept.${string}`; readonly draft: Draft; readonly values: JsonObject }
  | {
      readonly type: `challenge.${string}`;
      readonly draft: Draft | null;
      readonly values: JsonObject;
      readonly messages: readonly Message[];
    }
  | { readonly type: 'strategy.reject'; readonly values: JsonObject; readonly messages: readonly Message[] }
  | { readonly type: 'strategy.other'; readonly draft: Draft | null; readonly values: JsonObject }
  | { readonly type: 'store.done' }
  | { readonly type: 'store.taken' | 'store.stale'; readonly messages: readonly Message[] }
  | { readonly type: 'hook.continue' | 'hook.redirect' | 'hook.divert' }
  | { readonly type: 'hook.modify'; readonly draft: Draft }
  | { readonly type: 'hook.fail'; readonly messages: readonly Message[] };

export type Opening =
  'open' | 'open.sent' | 'open.refresh' | 'open.second' | 'open.link' | 'open.complete' | 'open.known';

export type Action = 'choose' | 'take' | 'draft' | 'values' | 'again' | 'saved';

/** A state of a flow machine; small on purpose. */
export interface FlowState {
  readonly type?: 'final';
  readonly tags?: readonly ('rest' | Phase)[];
  readonly meta?: Meta;
  readonly initial?: string;
  readonly on?: { readonly [event: string]: Way };
  readonly states?: States;
}
export interface Way {
  readonly target: string;
  readonly actions?: Action;
}
export type States = { readonly [name: string]: FlowState };
export interface FlowConfig {
  readonly id: 'flow';
  readonly initial: 'opening';
  readonly states: States;
}

/** Creates machines from flow configurations. These actions are the only changes to a flow's context. */
export const flow = setup({
  types: {} as { context: FlowContext; events: FlowEvent; meta: Meta; tags: 'rest' | Phase },
  actions: {
    /** A submit starts: stores its method and clears the messages of the submit before. */
    choose: assign({
      method: ({ event, context }) => ('method' in event ? event.method : context.method),
      messages: [],
    }),
    /** Replaces each member of the context that the event carries. */
    take: assign({
      method: ({ context, event }) => ('method' in event ? (event.method ?? null) : context.method),
      draft: ({ context, event }) => ('draft' in event ? (event.draft ?? null) : context.draft),
      values: ({ context, event }) => ('values' in event ? (event.values ?? {}) : context.values),
      messages: ({ event }) => ('messages' in event ? (event.messages ?? []) : []),
    }),
    draft: assign({ draft: ({ context, event }) => ('draft' in event ? (event.draft ?? null) : context.draft) }),
    /** A rejected form: merges the submitted values field by field, and stores the messages. */
    values: assign({
      values: ({ context, event }) => ('values' in event ? { ...context.values, ...event.values } : context.values),
      messages: ({ event }) => ('messages' in event ? (event.messages ?? []) : []),
    }),
    /** Back to the page: drops the draft, keeps the submitted values. */
    again: assign({ draft: null, messages: ({ event }) => ('messages' in event ? (event.messages ?? []) : []) }),
    /** After a commit: the page shows stored values instead of submitted ones. */
    saved: assign({ draft: null, values: {}, messages: [] }),
  },
});

export const emptyContext: FlowContext = { method: null, draft: null, values: {}, messages: [] };

export interface Named {
  readonly name: string;
  readonly step: StoreStep | HookStep;
}
/** The hooks of one list by phase, each in written order. */
export type PhaseSteps = { readonly [P in Phase]: readonly Named[] };
export interface Lane {
  readonly method: string;
  readonly steps: PhaseSteps;
  /** The target after the last phase: a final state or a page. */
  readonly exit: string;
  /** The action on the transition to `exit`; absent where the flow ends there. */
  readonly leave?: Action;
}

export const stored = (what: What): Named => ({ name: what, step: { do: 'store', what } });

interface Box {
  /** Path of the parent, without `#flow.`. */
  readonly at: string;
  readonly phase: Phase;
  readonly steps: readonly Named[];
  readonly exit: string;
  /** The target of `fail`, `taken` and `stale`: the page of the submit, or `#flow.refused`. */
  readonly back: string;
  /** The target of a redirect in prepare; `back` unless the flow is only being opened. */
  readonly aside?: string;
  /** The action on the transition to `exit`. */
  readonly leave?: Action | undefined;
}

/** One phase of a lane: a state for each step, in order. Empty when there is no step. */
export function box({ at, phase, steps, exit, back, aside = back, leave }: Box): States {
  const [first] = steps;
  if (first === undefined) return {};
  const again = { target: back, actions: 'again' } as const;
  const out: Way = { target: exit, ...(leave !== undefined && { actions: leave }) };
  const next = (i: number): Way => {
    const following = steps[i + 1];
    return following === undefined ? out : { target: `#flow.${at}.${phase}.${following.name}` };
  };
  const answers = (step: Named['step'], to: Way): FlowState['on'] =>
    step.do === 'store'
      ? { 'store.done': to, 'store.taken': again, 'store.stale': again }
      : {
          'hook.continue': to,
          ...(phase === 'prepare' && {
            'hook.modify': { target: to.target, actions: 'draft' as const },
            'hook.redirect': { target: aside, actions: 'again' as const },
          }),
          ...(phase === 'write' && { 'hook.divert': { target: '#flow.diverted' } }),
          ...(phase === 'follow' ? { 'hook.redirect': out } : { 'hook.fail': again }),
        };
  const states = Object.fromEntries(
    steps.map(({ name, step }, i): [string, FlowState] => [name, { meta: step, on: answers(step, next(i)) ?? {} }]),
  );
  return { [phase]: { tags: [phase], initial: first.name, states } };
}

/** The phases of a method on a page, in order, without the empty ones. */
function lane(page: string, { method, steps, exit, leave }: Lane): States {
  const at = `${page}.${method}`;
  const back = `#flow.${page}.waiting`;
  const after = (phase: Phase): string => (steps[phase].length > 0 ? `#flow.${at}.${phase}` : exit);
  const states = {
    ...box({ at, phase: 'prepare', steps: steps.prepare, exit: `#flow.${at}.write`, back }),
    ...box({
      at,
      phase: 'write',
      steps: steps.write,
      exit: after('follow'),
      back,
      leave: steps.follow.length > 0 ? undefined : leave,
    }),
    ...box({ at, phase: 'follow', steps: steps.follow, exit, back, leave }),
  };
  return { [method]: { initial: steps.prepare.length > 0 ? 'prepare' : 'write', states } };
}

interface PageParts {
  readonly wire: Wire;
  readonly lanes: readonly Lane[];
  /** Pages that a strategy may lead to next: for a code, a provider, or the rest of a form. */
  readonly asks?: readonly string[];
  /** Accepts `return`: a provider's callback, a mailed link, or the way back from a fresh sign-in. */
  readonly returns?: boolean;
  /** A strategy may continue in the other flow: a login as a registration, or the reverse. */
  readonly hands?: boolean;
}

/** A page: `waiting` for a submit, `checking` it, a state for each page it may lead to, and a lane for each method. */
export function page(name: string, { wire, lanes, asks = [], returns = false, hands = false }: PageParts): States {
  const choose = { target: `#flow.${name}.checking`, actions: 'choose' } as const;
  const waiting: FlowState = {
    tags: ['rest'],
    meta: { wire },
    on: { submit: choose, ...(returns && { return: choose }) },
  };
  const checking: FlowState = {
    tags: ['prepare'],
    meta: { do: 'strategy' },
    on: {
      ...Object.fromEntries(
        lanes.map(({ method }) => [
          `accept.${method}`,
          { target: `#flow.${name}.${method}`, actions: 'take' as const },
        ]),
      ),
      ...Object.fromEntries(
        asks.map((next) => [`challenge.${next}`, { target: `#flow.${name}.ask_${next}`, actions: 'take' as const }]),
      ),
      ...(hands && { 'strategy.other': { target: '#flow.continued', actions: 'take' as const } }),
      'strategy.reject': { target: `#flow.${name}.waiting`, actions: 'values' },
    },
  };
  const ask = (next: string): FlowState => ({
    tags: ['write'],
    meta: { do: 'store', what: 'challenge' },
    on: {
      'store.done': { target: `#flow.${next}.waiting` },
      'store.stale': { target: `#flow.${name}.waiting`, actions: 'again' },
    },
  });
  const states: States = {
    waiting,
    checking,
    ...Object.fromEntries(asks.map((next) => [`ask_${next}`, ask(next)])),
    ...Object.assign({}, ...lanes.map((each) => lane(name, each))),
  };
  return { [name]: { initial: 'waiting', states } };
}

/** `opening`, with an event for each entry point; the `before` hooks stand between the event and its page. */
export function entryPoints(before: readonly Named[], targets: { readonly [way in Opening]?: string }): States {
  const entries = Object.entries(targets);
  const key = (way: string): string => `before${way.slice('open'.length).replace('.', '_')}`;
  const states = entries.map(([way, exit]): [string, FlowState] => [
    key(way),
    {
      initial: 'prepare',
      states: box({
        at: key(way),
        phase: 'prepare',
        steps: before,
        exit,
        back: '#flow.refused',
        aside: '#flow.redirected',
      }),
    },
  ]);
  return {
    opening: {
      on: Object.fromEntries(
        entries.map(([way, exit]) => [
          way,
          { target: before.length > 0 ? `#flow.${key(way)}` : exit, actions: 'take' as const },
        ]),
      ),
    },
    ...(before.length > 0 && Object.fromEntries(states)),
  };
}

/** Entry points without `before` hooks: the server itself opens the flow. */
export function serverEntryPoints(states: States, targets: { readonly [way in Opening]?: string }): States {
  const { opening, ...others } = states;
  const on = Object.fromEntries(
    Object.entries(targets).map(([way, target]) => [way, { target, actions: 'take' as const }]),
  );
  return { opening: { on: { ...opening?.on, ...on } }, ...others };
}

export type Final = 'refused' | 'redirected' | 'continued' | 'diverted' | 'passed' | 'done';
export const finals = (...names: readonly Final[]): States =>
  Object.fromEntries(names.map((name): [string, FlowState] => [name, { type: 'final' }]));
