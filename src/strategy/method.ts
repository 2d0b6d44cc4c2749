import type { Config, MethodName, MethodSettings } from '../config/config.ts';
import type { MethodSection } from '../config/method-section.ts';
import type { FlowKind, FlowRow } from '../flow/flow.ts';
import type { Group } from '../flow/json.ts';
import type { MethodLanes } from '../flow/method-lane.ts';
import type { Credential, CredentialType } from '../identity/identity.ts';
import type { CredentialWire } from '../identity/credential-wire.ts';
import type { Extension } from '../identity/extension.ts';
import type { IdentitySchemas } from '../identity/schema.ts';
import type { Identifier } from '../kernel/id.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { Issue, Place } from '../kernel/issue.ts';
import type { BudgetSettings } from '../limit/budgets.ts';
import type { MethodParts, MethodStrategies } from './method-parts.ts';
import type { Page } from '../flow/page.ts';

/** A method under one configuration: the name the registry gives it, and its settings. */
export interface Configured<S extends MethodSettings> {
  readonly name: MethodName;
  readonly settings: S;
  readonly config: Config;
}

/** What a credential of the method proves. The members get the credential as it is stored. */
export interface CredentialRules<S extends MethodSettings> {
  readonly type: CredentialType;
  /** In how many ways the person signs in by it alone; `credential` is undefined where they have none of the type. */
  first?(credential: Credential | undefined, settings: S): number;
  /** True when it proves a second factor. */
  second?(credential: Credential, settings: S): boolean;
  /** The settings alone decide whether it is a second factor, and whether they do now; absent: it is one or is none, for good. */
  switchedOn?(settings: S): boolean;
  /** True when it adds to a session that a mail began; absent: where the method proves no address. */
  addsToMail?(credential: Credential): boolean;
  /** True when the person could still sign in by it alone if every other credential were taken away. */
  remains?(credential: Credential, settings: S): boolean;
  /** True when a form may say that the owner of a taken identifier has it. */
  readonly hinted?: boolean;
  /** The providers that its identifiers name, for the same hint. */
  providers?(identifiers: readonly Identifier[]): readonly string[];
  /** How many ways to sign in a page may count, from the identifiers alone. */
  shown?(identifiers: readonly Identifier[], settings: S): number;
}

/** Where the group of the method's nodes stands among the groups of a form: lower numbers come first. */
export type NodeOrder = Readonly<Partial<Record<'login' | 'credentials' | 'registration' | 'settings', number>>>;

/** Where a flow stands, as far as the page depends on it that a person is shown. */
export interface Position {
  readonly row: Pick<FlowRow, 'kind' | 'refresh' | 'requestedAal'>;
  readonly page: Page;
  readonly values: Readonly<Record<string, unknown>>;
  /** Whether the flow's own machine has a page: one that waits keeps the machine that it was begun with. */
  readonly hasPage: (page: Page) => boolean;
}

/** What is read at start because the settings name it, such as a file. */
export interface MethodSources {
  /** The folder of the configuration. */
  readonly folders: readonly string[];
  read(uri: string): Promise<string>;
  importFile(file: string): Promise<unknown>;
  /** Where a key of the configuration stands. */
  placeOf(path: string): Place | undefined;
}

/** A setting whose change a review of two configurations names: which way is safer. */
export interface ReviewedSetting<S extends MethodSettings> {
  /** Below the method's section. */
  readonly key: string;
  of(settings: S): number | boolean;
  readonly better: 'more' | 'less';
}

/** What the test driver asks a method: what to type on a page so that its strategy answers with this event. */
export interface DriverQuestion {
  readonly kind: FlowKind;
  readonly page: string;
  /** `accept.<name>`, `challenge.<page>` or `strategy.reject`. */
  readonly event: string;
  readonly person: { readonly identifier: string; readonly password: string; readonly traits: JsonObject };
  /** The code of the newest message to the person. */
  readonly code: string | undefined;
  readonly holds: DriverHoldings;
}

/** What the person of a test holds, and answers to the form that is shown; undefined where the form asks for none of it. */
export interface DriverHoldings {
  /** The code of the app whose secret the form shows, else of the one that was set up. */
  oneTimeCode(): string | undefined;
  /** One that was not used yet. */
  backupCode(): string | undefined;
  /** Whether the form has a node of this name. */
  shows(node: string): boolean;
  /** The answer of a new key to the options in this node, as JSON. */
  newKey(node: string): string | undefined;
  /** The signature of a key over the options in this node, as JSON. */
  signature(node: string): string | undefined;
}

/** Something that a method's settings allow and that will not work, told by `sallyport check` and at the start. */
export interface Doubt {
  /** Below the method's section. */
  readonly key: string;
  readonly found: string;
  readonly advice: string;
}

/** What the pages say about a method. */
export interface MethodTexts {
  /** Title and lead of its part of the settings page. */
  readonly section?: readonly [title: string, lead: string];
  /** The name of its proof, on the page of the session. */
  readonly proof?: string;
  /** The name of a recovery by it, in the same place. */
  readonly recovery?: string;
}

/**
 * A way to prove who one is, or to change something: everything that engine, configuration, routes, pages, analysis and the
 * test driver have to know of it. Its folder says it in `method.ts`; `methods.ts` names it. `S` is its settings, `L` what
 * `load` reads.
 */
export interface Method<S extends MethodSettings = MethodSettings, L = unknown> {
  readonly name: MethodName;
  /** Its section of the configuration. A method without one is switched on by settings of a flow. */
  readonly section?: MethodSection<S>;

  // Where it stands.
  /** The flows in whose machines it has a lane, under this configuration. */
  lanes?(about: Configured<S>): MethodLanes;
  /** Pages on which `active` of the flow names this method. */
  readonly activeOn?: Readonly<Partial<Record<FlowKind, readonly Page[]>>>;
  /** The page a person is shown where it is not the one the machine stands on. */
  shownPage?(at: Position): Page | undefined;
  /** Values of the context that the engine carries from page to page. */
  readonly keeps?: readonly string[];

  // How its nodes stand on a page.
  readonly group: Group;
  readonly order?: NodeOrder;
  /** Its nodes are sorted together with those of `default`, by these names. */
  readonly sortedFields?: readonly string[];
  /** The group's nodes hold what only their person may have: hooks never see them. */
  readonly personal?: boolean;
  /** Its nodes carry the identifier from the page that takes it to the next. */
  readonly carriesIdentifier?: boolean;
  /** Its nodes carry the traits in the settings flow. */
  readonly carriesTraits?: boolean;
  /** On a page that waits for a message the CSRF token stands behind the buttons of this group. */
  readonly tokenBehindButtons?: boolean;
  readonly texts?: MethodTexts;

  // What it proves.
  readonly credential?: CredentialRules<S>;
  /** True when a trait with this extension of the identity schema names a person for the method; absent: it needs none. */
  identifiedBy?(extension: Extension): boolean;
  /** How long a secret is good that the method mails; milliseconds. */
  secretLifespan?(settings: S): number;
  /** A link that it mails shows a page before it is used. */
  confirmsLink?(settings: S): boolean;
  /** A proof by this method proves the address that the secret went to. */
  readonly provesAddress?: boolean;

  /** It is proved with a device, which people lose. */
  readonly onDevice?: boolean;

  /** What the admin API shows and takes of its credential, on or off; absent: what is stored is shown, and none is taken. */
  wire?(about: Configured<S>): CredentialWire;

  // What it needs.
  /** Rate limits that follow from its settings. */
  budgets?(about: Configured<S>): Partial<BudgetSettings>;
  readonly reviewed?: readonly ReviewedSetting<S>[];
  /** What will not work as it is written. */
  doubts?(about: Configured<S> & { readonly schemas: IdentitySchemas }): readonly Doubt[];
  /** The fields of a submit for the test driver; undefined where the method cannot bring the event about. */
  types?(question: DriverQuestion): JsonObject | undefined;
  load?(settings: S, sources: MethodSources): Promise<{ readonly loaded: L; readonly issues: readonly Issue[] }>;
  /** Makes its strategies. They are made for a method that is switched off, too: it may still serve the admin API. */
  create?(parts: MethodParts, about: Configured<S> & { readonly loaded: L | undefined }): MethodStrategies;
}

/** Checks a method's description against its own settings type; the registry holds it under the general one. */
export const defineMethod = <S extends MethodSettings = MethodSettings, L = undefined>(
  method: Method<S, L>,
): Method<S, L> => method;
