import type { Findings, Place } from '../kernel/issue.ts';
import type { Channel } from '../kernel/draft.ts';
import type { OwnerNotice } from '../kernel/owner-notice.ts';
import type { AllowedUrl, ReturnUrl } from '../kernel/return-url.ts';
import type { LimitSettings } from './limit-settings.ts';
import type { SmtpSettings } from '../kernel/smtp-settings.ts';
import type { ContentSource, HttpRequestSettings, TemplateOverride } from './courier-config.ts';
import type { FeatureFlag } from './schema/feature-flags.ts';
import type { CookieSettings, SessionSettings } from './session-config.ts';

/** Which version's spelling a file or a hook list is written in. */
export type Dialect = 'v0.1-job' | 'v0.3-hook' | 'current';

/** The release of Ory Kratos whose names and defaults a file has. From v0.4 on hook lists mean what they mean today. */
export type Release = 'v0.1' | 'v0.3' | 'v0.4' | 'v0.5' | 'v0.6' | 'v0.7' | 'v0.8' | 'current';

export type FlowName = 'login' | 'registration' | 'settings' | 'recovery' | 'verification' | 'logout';
/** The name of a method. The registry of `strategy/methods.ts` says which there are. */
export type MethodName = string;

/** What the settings of every method say. Each method adds members of its own, which only its folder reads. */
export interface MethodSettings {
  /** Switched on, and offered by this build. */
  readonly enabled: boolean;
}

/** The configuration, checked and frozen. Durations in milliseconds, sizes in bytes, URLs checked. */
export interface Config {
  /** `dev`: started without production duties (cookies over http, kept mails); `serve --dev` sets it too. */
  readonly dev: boolean;
  /** The configuration files in order; empty for the built-in one of `sallyport dev`. */
  readonly files: readonly string[];
  /** The folder of the first file, else the working directory: where `plugins/` and relative paths start. */
  readonly folder: string;
  /** Where a relative path starts: there, then in the working directory. */
  readonly folders: readonly string[];
  /** Dialect of methods that have no list of their own. */
  readonly dialect: Dialect;
  readonly dsn: Dsn;
  readonly serve: {
    readonly public: PublicListener;
    readonly admin: Listener;
    /** Milliseconds after SIGTERM in which `/health/ready` answers 503 and requests are still accepted. */
    readonly drainDelay: number;
  };
  /** Where a browser goes unless another setting says so. In dialect v0.1-job logins and registrations ignore it. */
  readonly defaultReturnUrl: ReturnUrl;
  readonly allowedReturnUrls: readonly AllowedUrl[];
  readonly flows: {
    readonly login: FlowSettings & { readonly style: 'unified' | 'identifier_first' };
    readonly registration: FlowSettings & {
      readonly enabled: boolean;
      readonly style: 'unified' | 'profile_first';
      readonly loginHints: boolean;
    };
    readonly settings: FlowSettings & {
      /** 0 or less: always privileged. */
      readonly privilegedSessionMaxAge: number;
      readonly requiredAal: 'aal1' | 'highest_available';
    };
    readonly recovery: MailFlowSettings;
    readonly verification: MailFlowSettings;
    readonly logout: {
      readonly returnUrl: ReturnUrl | undefined;
      /** The browser forgets what it keeps of this site; over https only. */
      readonly clearsBrowserData: boolean;
    };
    readonly error: { readonly uiUrl: ReturnUrl };
  };
  /** The settings of every method that has a section, in the order of the registry. Only the method itself knows more of its own. */
  readonly methods: Readonly<Record<MethodName, MethodSettings>>;
  /** The methods that may have a list of their own after a flow, by flow, in the order of the registry. */
  readonly listOwners: Readonly<Record<FlowName, readonly MethodName[]>>;
  /** Names of methods and features that are switched on and that this build cannot offer; warned about at start. */
  readonly notOffered: readonly string[];
  readonly identity: {
    readonly defaultSchemaId: string;
    readonly schemas: readonly SchemaSource[];
  };
  readonly secrets: {
    /** The first seals, all open. Empty only where nothing issues cookies. */
    readonly cookie: readonly string[];
    /** Each exactly 32 characters. */
    readonly cipher: readonly string[];
    readonly pagination: readonly string[];
    /** `secrets.default`, or `secrets.cookie` where that is not written: hashes identifiers in events. */
    readonly events: readonly string[];
    /** The lists in which older secrets stand behind the first, and how many. */
    readonly rotated: readonly { readonly key: string; readonly older: number }[];
  };
  readonly hashers: {
    readonly algorithm: 'argon2' | 'bcrypt';
    /** memory in KiB. */
    readonly argon2: {
      readonly memory: number;
      readonly iterations: number;
      readonly parallelism: number;
      readonly saltLength: number;
      readonly keyLength: number;
    };
    readonly bcrypt: { readonly cost: number };
  };
  readonly session: SessionSettings;
  /** CSRF and continuity cookies. */
  readonly cookies: CookieSettings;
  readonly courier: {
    readonly smtp: SmtpSettings<ContentSource> | undefined;
    /** The inbox of `dev`: mails are kept instead of sent. */
    readonly keep: boolean;
    readonly pullCount: number;
    readonly pullWait: number;
    /** How long a leased message belongs to one courier. */
    readonly lease: number;
    readonly templateFolder: string | undefined;
    /** `courier.templates`: single parts of single messages. */
    readonly overrides: readonly TemplateOverride[];
    readonly channels: readonly { readonly id: string; readonly request: HttpRequestSettings }[];
    /** What the owner of an account is told of it; empty where no message can be sent. */
    readonly notify: readonly OwnerNotice[];
    /** `courier.delivery_strategy: http` */
    readonly http: HttpRequestSettings | undefined;
  };
  readonly clients: {
    readonly disallowPrivateRanges: boolean;
    readonly privateExceptions: readonly string[];
    readonly hookHeaders: readonly string[];
  };
  readonly enumerationMitigation: boolean;
  readonly limits: LimitSettings;
  readonly journal: { readonly keep: number; readonly sample: number };
  readonly log: {
    readonly level: LogLevel;
    readonly format: 'json' | 'text';
    /** Security events are logged, whatever the level is. */
    readonly events: boolean;
  };
  readonly featureFlags: Readonly<Partial<Record<FeatureFlag, boolean | string>>>;
  readonly revision: string | undefined;
  /** As `--watch-courier`. */
  readonly watchCourier: boolean;
  /** As `--expose-metrics-port` of `courier watch`; 0: none. */
  readonly exposeMetricsPort: number;
  /** Paths (absolute) and packages under `plugins:`. */
  readonly plugins: readonly { readonly name: string; readonly place: Place | undefined }[];
  readonly lists: readonly HookList[];
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export type Dsn =
  | { readonly kind: 'memory' }
  | { readonly kind: 'sqlite'; readonly file: string }
  | {
      readonly kind: 'mysql';
      readonly host: string;
      readonly port: number;
      readonly socket: string | undefined;
      readonly user: string;
      readonly password: string;
      readonly database: string;
      readonly maxConnections: number;
      readonly tls: boolean;
    };

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** No trailing slash. */
  readonly baseUrl: string;
  /** Exactly as written or derived, trailing slash kept: the CSRF cookie's name is made from it. */
  readonly writtenBaseUrl: string;
  readonly requestLogForHealth: boolean;
  /** Names it answers to beside its own one; `*.` in front stands for every name below. */
  readonly hosts: readonly string[];
}

export interface PublicListener extends Listener {
  readonly cors:
    | {
        readonly origins: readonly string[];
        readonly methods: readonly string[];
        readonly headers: readonly string[];
        readonly exposed: readonly string[];
        readonly credentials: boolean;
        readonly maxAge: number;
      }
    | undefined;
  /** How many proxies in front are trusted, and the header they write; 0: none. */
  readonly trustedProxies: { readonly count: number; readonly header: string };
}

export interface FlowSettings {
  /** Where a person sees this flow; the page in the box unless configured. */
  readonly uiUrl: ReturnUrl;
  /** True when `uiUrl` is the page in the box. */
  readonly ownPage: boolean;
  readonly lifespan: number;
  /** `after.default_browser_return_url` of the flow. */
  readonly returnUrl: ReturnUrl | undefined;
  /** `after.<method>.default_browser_return_url` */
  readonly methodReturnUrls: Readonly<Partial<Record<MethodName, ReturnUrl>>>;
}

export interface MailFlowSettings extends FlowSettings {
  readonly enabled: boolean;
  /** The method whose secret is mailed. */
  readonly use: MethodName;
  readonly notifyUnknown: boolean;
}

export interface SchemaSource {
  readonly id: string;
  /** `file://`, `base64://`, `http(s)://`; for the built-in schema of `dev`, `builtin:email`. */
  readonly url: string;
  readonly selectable: boolean;
  /** Old dialects: the file's root is the traits. */
  readonly rootIsTraits: boolean;
  readonly place: Place | undefined;
}

/** A value as a file has it. */
export type Setting = string | number | boolean | readonly string[];

/** A hook list as written, in the words of its dialect brought to today's. */
export interface HookList {
  /** `login.before`, `login.after`, `login.after.password`; the key after the flow's name. */
  readonly name: string;
  readonly flow: FlowName;
  readonly point: 'before' | 'after';
  readonly method: MethodName | undefined;
  readonly dialect: Dialect;
  /** As written in the file: `selfservice.login.after.password`. */
  readonly path: string;
  readonly entries: readonly HookEntry[];
}

export interface HookEntry {
  readonly hook: string;
  /** To tell two entries of one hook apart in the drawing. */
  readonly id: string | undefined;
  /** As the hook's own schema takes it (`redirect_to` of dialect v0.1-job has become `to`); absent: none was written. */
  readonly config: unknown;
  readonly path: string;
  readonly place: Place | undefined;
}

/** What `loadConfig` answers: a value only if nothing is wrong. */
export interface Loaded extends Findings {
  readonly config: Config | undefined;
  /** What a file of a former release means and does not write, by today's key: defaults of then, values raised to a floor. */
  readonly settled: ReadonlyMap<string, Setting>;
  /** Where a key of today's spelling stands, or the nearest key around it that was written. */
  readonly at: (key: string) => { readonly path: string; readonly place: Place | undefined };
  /** The form of log lines, also of a configuration that is refused: what a command says beside its log has the same. */
  readonly logFormat: Config['log']['format'];
}

export type { Channel, CookieSettings };
