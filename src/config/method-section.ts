import type { FlowName, MethodName, MethodSettings } from './config.ts';
import type { MapOf, Spec } from './schema/spec.ts';
import type { LoadContext } from './sections/load-context.ts';
import type { Defaults, TypedValues } from './sections/typed-values.ts';

/** What `read` gets: the values below `selfservice.methods.<name>`, and what the configuration is read for. */
export interface SectionInput {
  /** By keys relative to the section: `enabled`, `config.lifespan`. */
  readonly values: TypedValues;
  /** All values, by whole keys: for what another section has to hold. */
  readonly all: TypedValues;
  /** The whole key of a relative one, for messages. */
  key(rest: string): string;
  readonly context: LoadContext;
}

/**
 * A method as the configuration knows it: the keys of its section and how they become settings. The methods lie above
 * `config/`, so `app/` hands their sections to `loadConfig`.
 */
export interface MethodSection<S extends MethodSettings = MethodSettings> {
  /** The keys below `selfservice.methods.<name>`. */
  readonly keys: MapOf;
  /** The features named in `keys` that this build offers; a key that switches on any other is warned about. */
  readonly offers: readonly string[];
  /** The flows in which the method may have a hook list and a return URL of its own: `after.<name>`. */
  readonly lists: readonly FlowName[];
  /** Verification and recovery may mail what this method proves an address with. */
  readonly mails?: boolean;
  /** Defaults under `sallyport dev`, by relative key. */
  readonly devDefaults?: Defaults;
  /** Keys of former versions, below `selfservice.strategies`. */
  readonly former?: Readonly<Record<string, Spec>>;
  /** Checks what stands between keys, reports it, and gives the typed settings. */
  read(input: SectionInput): S;
  /** True when people sign up and in with the method alone, under these settings. */
  firstFactor?(settings: S): boolean;
  /** Present when `after.passwordless` can stand for the method; true when it does, as configured. */
  passwordless?(settings: S): boolean;
}

/** A section with the name the registry gives to its method. */
export interface NamedSection extends MethodSection {
  readonly name: MethodName;
}

export const sectionKey = (name: MethodName, rest = ''): string =>
  `selfservice.methods.${name}${rest === '' ? '' : `.${rest}`}`;

/** The names of methods that may have lists after this flow, in the order of the registry. */
export const methodsWithLists = (sections: readonly NamedSection[], flow: FlowName): readonly MethodName[] =>
  sections.filter(({ lists }) => lists.includes(flow)).map(({ name }) => name);
