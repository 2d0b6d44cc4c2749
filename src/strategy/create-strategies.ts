import type { CredentialWire } from '../identity/credential-wire.ts';
import type { MethodName } from '../config/config.ts';
import type { FlowKind } from '../flow/flow.ts';
import type { Node } from '../flow/json.ts';
import type {
  AddressChallenge,
  MethodParts,
  MethodStoreStep,
  MethodStrategies,
  NamedWay,
  PageChange,
  PasswordImport,
  ProviderCallback,
} from './method-parts.ts';
import { configured, type Methods } from './registry.ts';
import type { Strategy } from './strategy.ts';
import { createWebAuthnScriptNode } from './webauthn-script-node.ts';

/** What the methods bring into the running server. */
export interface Strategies {
  /** In the order in which they are asked whether a submit is theirs. */
  readonly byFlow: ReadonlyMap<FlowKind, readonly Strategy[]>;
  /** The methods that prove an address by a message. */
  readonly challenges: ReadonlyMap<MethodName, AddressChallenge>;
  /** Store steps that methods add to lanes, by the name of the state. */
  readonly storeSteps: ReadonlyMap<string, MethodStoreStep>;
  /** What all methods change on pages that others draw. */
  readonly page: PageChange;
  /** For the admin API: what it shows and takes of credentials. */
  readonly wires: readonly CredentialWire[];
  /** For the admin API; undefined where no method takes passwords. */
  readonly passwords: PasswordImport | undefined;
  /** For the routes; undefined where identity providers are switched off. */
  readonly providers: ProviderCallback | undefined;
}

export interface StrategySetup extends Omit<
  MethodParts,
  'factors' | 'groups' | 'firstFactors' | 'waysIn' | 'webAuthnScript'
> {
  /** What each method has loaded at start. */
  readonly loaded: ReadonlyMap<MethodName, unknown>;
}

/** Makes the strategies of every method, once. */
export function createStrategies(methods: Methods, { loaded, ...setup }: StrategySetup): Strategies {
  const ways: NamedWay[] = [];
  const parts: MethodParts = {
    ...setup,
    factors: methods.factors,
    groups: { traits: methods.traitGroup, identifier: methods.identifierGroup },
    firstFactors: methods.firstFactors,
    waysIn: () => ways,
    webAuthnScript: createWebAuthnScriptNode(setup.config),
  };
  const made = methods.all.map((method): { readonly name: MethodName } & MethodStrategies => {
    const about = { ...configured(method, setup.config), loaded: loaded.get(method.name) };
    return { name: method.name, strategies: [], ...method.create?.(parts, about) };
  });
  ways.push(...made.flatMap(({ name, way }) => (way === undefined ? [] : [{ ...way, method: name }])));
  const pages = made.flatMap(({ page }) => page ?? []);
  return {
    byFlow: Map.groupBy(
      made.flatMap(({ strategies }) => strategies),
      ({ flow }) => flow,
    ),
    challenges: new Map(made.flatMap(({ name, challenge }) => (challenge === undefined ? [] : [[name, challenge]]))),
    storeSteps: new Map(made.flatMap(({ storeSteps = {} }) => Object.entries(storeSteps))),
    page: {
      messages: (page, flow, values) => pages.flatMap((each) => each.messages(page, flow, values)),
      nodes: (nodes, values) => pages.reduce((drawn: readonly Node[], each) => each.nodes(drawn, values), nodes),
    },
    wires: methods.all.flatMap((method) => method.wire?.(configured(method, setup.config)) ?? []),
    passwords: made.find(({ passwords }) => passwords !== undefined)?.passwords,
    providers: made.find(({ providers }) => providers !== undefined)?.providers,
  };
}
