import type { Config, MethodName, MethodSettings } from '../config/config.ts';
import type { NamedSection } from '../config/method-section.ts';
import type { FlowKind } from '../flow/flow.ts';
import type { Group } from '../flow/json.ts';
import type { MethodLane } from '../flow/method-lane.ts';
import type { Factors } from '../identity/credentials.ts';
import type { Extension } from '../identity/extension.ts';
import type { BudgetSettings } from '../limit/budgets.ts';
import { createFactors } from './factors.ts';
import type { Configured, Method, NodeOrder, Position } from './method.ts';
import type { Page } from '../flow/page.ts';

/** The methods under one configuration: what everybody outside their folders asks. */
export interface Methods {
  /** All of them, in the order of the registry. */
  readonly all: readonly Method[];
  /** The lanes of a flow's machine, in the order of the registry. */
  lanes(flow: FlowKind): readonly MethodLane[];
  /** What credentials prove. */
  readonly factors: Factors;
  /** The method that the flow's `active` names on this page. */
  activeOn(flow: FlowKind, page: Page): MethodName | undefined;
  /** The page a person is shown where the machine stands on this one. */
  shownPage(at: Position): Page;
  /** Names of context values that the engine carries from page to page. */
  readonly keeps: readonly string[];
  /** The group of a method's nodes; `default` for a name that no method has. */
  group(method: MethodName | undefined): Group;
  /** The method whose group this is. */
  ofGroup(group: Group): Method | undefined;
  /** Where a group stands on a form: lower numbers come first; undefined where no method says it. */
  order(group: Group, form: keyof NodeOrder): number | undefined;
  /** The group that carries the identifier from the page that takes it to the next. */
  readonly identifierGroup: Group;
  /** The group that carries the traits in the settings flow. */
  readonly traitGroup: Group;
  /** True when one of these extensions of an identity schema names a person for the method, or the method needs none. */
  identifies(method: MethodName, extensions: readonly Extension[]): boolean;
  /** True when the method adds a second factor to a session, and signs nobody in alone. */
  isSecondFactor(method: MethodName): boolean;
  /** The methods that sign people in alone, in the order of the registry. */
  readonly firstFactors: readonly MethodName[];
  /** The methods that can sign people in alone under some configuration. */
  readonly possibleFirstFactors: readonly MethodName[];
  /** True when a proof by the method proves the address that the secret went to. */
  provesAddress(method: MethodName): boolean;
  /** True when a link that the method mails shows a page before it is used. */
  confirmsLink(method: MethodName | undefined): boolean;
  /** How long a secret is good that the method mails: milliseconds; 0 where it mails none. */
  secretLifespan(method: MethodName): number;
  /** Rate limits that follow from settings of methods. */
  readonly budgets: Partial<BudgetSettings>;
  readonly reviewed: readonly Reviewed[];
}

/** A setting of a method that a review of two configurations looks at. */
export interface Reviewed {
  readonly method: MethodName;
  /** Below the method's section. */
  readonly key: string;
  /** Its value in another configuration, too. */
  of(config: Config): number | boolean | undefined;
  readonly better: 'more' | 'less';
}

/** The sections of all methods, for `loadConfig`. */
export const sectionsOf = (methods: readonly Method[]): readonly NamedSection[] =>
  methods.flatMap(({ name, section }) => (section === undefined ? [] : [{ ...section, name }]));

const ALWAYS: MethodSettings = { enabled: true };

/** A method's name, settings and the whole configuration. A method without a section has settings of a flow only. */
export const configured = (method: Method, config: Config): Configured<MethodSettings> => ({
  name: method.name,
  settings: config.methods[method.name] ?? ALWAYS,
  config,
});

/** Binds the registry to a configuration. */
export function bindMethods(all: readonly Method[], config: Config): Methods {
  const under = (method: Method): Configured<MethodSettings> => configured(method, config);
  const lanes = all.map((method) => ({ method: method.name, flows: method.lanes?.(under(method)) ?? {} }));
  const lanesOf = (flow: FlowKind): readonly MethodLane[] =>
    lanes.flatMap(({ method, flows }) => {
      const lane = flows[flow];
      return lane === undefined ? [] : [{ ...lane, method }];
    });
  const named = (name: MethodName | undefined): Method | undefined => all.find((method) => method.name === name);
  const ofGroup = (group: Group): Method | undefined => all.find((method) => method.group === group);
  return {
    all,
    lanes: lanesOf,
    factors: createFactors(all, config),
    activeOn: (flow, page) => all.find(({ activeOn }) => activeOn?.[flow]?.includes(page))?.name,
    shownPage: (at) => all.map((method) => method.shownPage?.(at)).find((page) => page !== undefined) ?? at.page,
    keeps: all.flatMap(({ keeps = [] }) => keeps),
    group: (name) => named(name)?.group ?? 'default',
    ofGroup,
    order: (group, form) => ofGroup(group)?.order?.[form],
    identifierGroup: all.find(({ carriesIdentifier }) => carriesIdentifier === true)?.group ?? 'default',
    traitGroup: all.find(({ carriesTraits }) => carriesTraits === true)?.group ?? 'default',
    identifies(name, extensions) {
      const method = named(name);
      return method?.identifiedBy === undefined || extensions.some((each) => method.identifiedBy?.(each) === true);
    },
    isSecondFactor: (name) => lanesOf('login').some(({ method, factor }) => method === name && factor === 'second'),
    firstFactors: lanesOf('login').flatMap(({ method, factor }) => (factor === 'second' ? [] : [method])),
    possibleFirstFactors: all.flatMap(({ name, section }) => (section?.firstFactor === undefined ? [] : [name])),
    provesAddress: (name) => named(name)?.provesAddress === true,
    confirmsLink(name) {
      const method = named(name);
      return method?.confirmsLink?.(under(method).settings) === true;
    },
    secretLifespan(name) {
      const method = named(name);
      return method?.secretLifespan?.(under(method).settings) ?? 0;
    },
    budgets: Object.assign({}, ...all.map((method) => method.budgets?.(under(method)))),
    reviewed: all.flatMap((method) =>
      (method.reviewed ?? []).map((setting) => ({
        method: method.name,
        key: setting.key,
        better: setting.better,
        of(other: Config) {
          const settings = other.methods[method.name];
          return settings === undefined ? undefined : setting.of(settings);
        },
      })),
    ),
  };
}
